import { run } from '../run.ts';
import { METROS } from '../versions.ts';
import { makeApp, type Platform, runTool } from './platform.ts';

/** The React Native that came with each, and its React. */
const NATIVE = { '0.80': ['0.73', '18'], '0.83': ['0.83', '19'] } as const;

/** As an app of React Native bundles it: the older one reads `main`, the newer one `exports`. */
export const metros: Platform[] = METROS.map((version) => {
  const [native, react] = NATIVE[version];
  return {
    name: `Metro ${version}`,
    packages: [
      `metro@${version}`,
      `@react-native/metro-config@${native}`,
      `@react-native/babel-preset@${native}`,
      `react@${react}`,
      '@babel/runtime@7',
    ],
    combinations: (place) => ({
      [`Metro ${version}, React Native ${native}`]: async () => {
        const app = await makeApp(place, 'metro');
        const args = ['--config', 'metro.config.js', '--platform', 'ios', '--out', 'bundle.js'];
        await runTool(place, app, 'metro/src/cli.js', 'build', 'index.js', ...args);
        await run(app, place.signal, process.execPath, 'phone.cjs');
      },
    }),
  };
});
