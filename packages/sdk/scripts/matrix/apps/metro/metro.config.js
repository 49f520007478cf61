// That of an app of React Native, but for what only a phone can run, and with its packages in the folder above.
const { join } = require('node:path');
// biome-ignore lint/correctness/noUndeclaredDependencies: the matrix installs it
const { getDefaultConfig, mergeConfig } = require('@react-native/metro-config');

module.exports = mergeConfig(getDefaultConfig(__dirname), {
  resolver: { useWatchman: false },
  watchFolders: [join(__dirname, '../node_modules')],
  serializer: { getModulesRunBeforeMainModule: () => [] },
});
