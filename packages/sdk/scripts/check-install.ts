// Installs the tarball as others would, outside the workspace: two compilers, three runtimes, one bundler.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { startServer } from '../test/harness/start-server.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const tarball = resolve(positionals[0] ?? '');

const dependencies = {
  '@duet/sdk': `file:${tarball}`,
  '@trpc/client': '11.25.2',
  '@trpc/server': '11.25.2',
  react: '19.3.1',
  'react-dom': '19.3.1',
  ws: '8.23.0',
};
const devDependencies = {
  '@types/node': '24.13.6',
  '@types/react': '19.3.0',
  '@types/react-dom': '19.3.0',
  '@types/ws': '8.18.2',
  node20: 'npm:node@20',
  node22: 'npm:node@22',
  typescript59: 'npm:typescript@5.9.3',
  typescript7: 'npm:typescript@7.0.2',
  vite: '8.3.8',
};

const folder = mkdtempSync(join(tmpdir(), 'duet-consumer-'));
const run = async (what: string, file: string, args: string[]) => {
  const began = performance.now();
  const options = { cwd: folder, timeout: 120_000 };
  const { stdout } = await promisify(execFile)(file, args, options).catch((error: { stdout?: string }) => {
    throw new Error(`${what}\n${error.stdout ?? ''}`, { cause: error });
  });
  console.log(`${what}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return stdout.trim();
};
const node = (what: string, ...args: string[]) => run(what, process.execPath, args);

const server = await startServer();
try {
  cpSync(fileURLToPath(new URL('../test/consumer', import.meta.url)), folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ type: 'module', dependencies, devDependencies }),
  );
  await run('npm install', 'npm', ['install', '--no-audit', '--no-fund', '--loglevel=error']);

  for (const compiler of ['typescript59', 'typescript7']) {
    for (const part of ['browser', 'node', 'react', 'trpc'])
      await node(`${compiler}, ${part}`, `node_modules/${compiler}/bin/tsc`, '-p', `tsconfig.${part}.json`);
  }

  // Node 20 has no WebSocket of its own: there the program brings that of `ws`.
  for (const [name, runtime] of [
    ['Node 20', 'node_modules/node20/bin/node'],
    ['Node 22', 'node_modules/node22/bin/node'],
    ['Node 24', process.execPath],
  ] as const) {
    for (const [program, expected] of [
      ['main.js', 'Hello\nYou are ada'],
      ['trpc.js', `cy of ${name}`],
      ['react.js', `<b>0 unread, idle, ${name}</b>`],
    ] as const) {
      const heard = await run(`${name}, ${program}`, runtime, [`out/${program}`, server.url, name]);
      if (heard !== expected) throw new Error(`${name}, ${program} heard ${heard}`);
    }
  }

  await node('vite build', 'node_modules/vite/bin/vite.js', 'build', '--logLevel=warn');
  const [bundle = ''] = readdirSync(join(folder, 'dist/assets'));
  if (!readFileSync(join(folder, 'dist/assets', bundle), 'utf8').includes('/api/chat/conversations/'))
    throw new Error('the bundle does not hold the SDK');
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
