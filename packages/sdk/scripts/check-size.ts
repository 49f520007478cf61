// Fails when the SDK grows over what a page should have to load for it: minified, gzip level 9.
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const source = (path: string) => fileURLToPath(new URL(`../src/${path}`, import.meta.url));
const KB = 1024;

/** The gzipped bytes of a module that exports everything of these. */
async function sizeOf(...paths: string[]): Promise<number> {
  const entry = paths.map((path) => `export * from ${JSON.stringify(source(path))};`).join('\n');
  const bundle = await rolldown({
    input: 'entry',
    external: [/^react/, /^@trpc\//],
    platform: 'browser',
    checks: { moduleLevelDirective: false },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : null),
        load: (id) => (id === 'entry' ? entry : null),
      },
    ],
  });
  const { output } = await bundle.generate({ minify: true });
  await bundle.close();
  return gzipSync(output.map((part) => (part.type === 'chunk' ? part.code : '')).join(''), { level: 9 })
    .length;
}

const main = await sizeOf('index.ts');
const parts = [
  { part: 'everything of @duet/sdk', size: main, limit: 12 * KB },
  { part: 'REST alone', size: await sizeOf('rest.ts'), limit: 5 * KB },
  { part: '@duet/sdk/trpc on top', size: (await sizeOf('index.ts', 'trpc.ts')) - main, limit: KB },
  {
    part: '@duet/sdk/react on top',
    size: (await sizeOf('index.ts', 'react/index.ts')) - main,
    limit: 3 * KB,
  },
];
for (const { part, size, limit } of parts) {
  console.log(`${part}: ${(size / KB).toFixed(2)} KB of ${limit / KB} KB`);
  if (size > limit) process.exitCode = 1;
}
