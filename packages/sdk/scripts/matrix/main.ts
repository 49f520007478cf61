// Installs the packed SDK outside the workspace, as a reader does, and runs the READMEs' snippets on every version that these name.
import { globSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearWhenDead } from '@duet/testing/leftovers';
import { removeFolder, scratchFolder } from '@duet/testing/scratch';
import { JWT_SECRET, startServer } from '@duet/testing/server';
import { chat, checks } from '../../test/snippets/checks.ts';
import { writePage, writeSnippets } from '../../test/snippets/files.ts';
import { type Installed, install } from './install.ts';
import { run, Stop } from './run.ts';
import { NODES, REACTS, TYPESCRIPTS } from './versions.ts';

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => ending.abort(new Stop('interrupted')));
const { signal } = ending;

let [passed, failed] = [0, 0];
/** One combination, and its line. @returns whether it passed */
async function combination(name: string, test: () => Promise<unknown>): Promise<boolean> {
  signal.throwIfAborted();
  const began = performance.now();
  const line = (mark: string) => `${mark} ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`;
  try {
    await test();
    console.log(line('✓'));
    passed += 1;
    return true;
  } catch (error) {
    signal.throwIfAborted();
    console.log(`${line('✗')}\n${error instanceof Error ? error.message : error}`);
    failed += 1;
    return false;
  }
}

async function runAll(installed: Installed, url: string): Promise<void> {
  const { chat: project, projects, node, tsc, vite } = installed;
  writeSnippets(project, url);
  for (const version of NODES)
    await combination(`npm init -y, Node ${version}`, () =>
      chat({ folder: project, node: node(version), version, url, signal }),
    );
  for (const react of REACTS) {
    for (const typescript of TYPESCRIPTS) {
      const folder = join(projects[react], `typescript${typescript}`);
      mkdirSync(folder);
      writeSnippets(folder, url);
      const name = `React ${react}, TypeScript ${typescript}`;
      const compile = async () => {
        for (const part of ['browser', 'node'])
          await run(folder, signal, process.execPath, tsc(typescript), '-p', part);
        writePage(folder);
      };
      if (!(await combination(name, compile))) continue;
      for (const version of NODES) {
        const place = { folder, node: node(version), version, url, signal };
        await combination(`${name}, Node ${version}`, () =>
          Promise.all(Object.values(checks).map((check) => check(place))),
        );
      }
    }
  }
  const folder = join(projects[19], 'typescript7/browser');
  writeFileSync(join(folder, 'index.html'), '<script type="module" src="./live.ts"></script>');
  await combination('Vite', async () => {
    await run(folder, signal, process.execPath, vite, 'build');
    const [bundle = ''] = globSync(join(folder, 'dist/assets/*.js'));
    if (!readFileSync(bundle, 'utf8').includes('/api/chat/conversations/'))
      throw new Error('the bundle does not hold the SDK');
  });
}

// On the disk: what is installed there is larger than a memory.
const folder = mkdtempSync(join(tmpdir(), 'duet-matrix-'));
clearWhenDead({ kind: 'folder', path: folder });
const data = scratchFolder();
const starting = startServer({ env: { DATA_DIR: data, JWT_SECRET, RATE_LIMITS: 'off' } });
try {
  const began = performance.now();
  const [installed, { url }] = await Promise.all([install(folder, signal), starting]);
  console.log(`installed (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  await runAll(installed, url);
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
} catch (error) {
  // Whatever breaks off after a signal does so because of it.
  const reason: unknown = signal.aborted ? signal.reason : error;
  console.error(reason instanceof Stop ? `matrix: ${reason.message}` : reason);
  process.exitCode = 1;
} finally {
  await starting.then((server) => server.end()).catch(() => {});
  for (const made of [folder, data]) removeFolder(made);
  // A check that was broken off may still wait for something.
  process.exit();
}
