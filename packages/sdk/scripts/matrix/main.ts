// Installs the packed SDK outside the workspace, as a reader does, and runs it on every platform and version that the READMEs name.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearWhenDead } from '@duet/testing/leftovers';
import { removeFolder, scratchFolder } from '@duet/testing/scratch';
import { JWT_SECRET, startServer } from '@duet/testing/server';
import { type Installed, install } from './install.ts';
import { jest } from './platforms/jest.ts';
import { metros } from './platforms/metro.ts';
import { next } from './platforms/next.ts';
import { node } from './platforms/node.ts';
import type { Platform } from './platforms/platform.ts';
import { bun, deno } from './platforms/runtimes.ts';
import { types } from './platforms/types.ts';
import { workerd } from './platforms/workerd.ts';
import { Report } from './report.ts';
import { Stop } from './run.ts';
import { runSnippets } from './snippets.ts';

const PLATFORMS: readonly Platform[] = [node, types, jest, ...metros, bun, deno, workerd, next];

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => ending.abort(new Stop('interrupted')));
const { signal } = ending;

/** A platform that does not install fails alone; where there is no network, everything does. */
async function runPlatform(platform: Platform, installed: Installed, url: string, report: Report) {
  const { name, packages } = platform;
  const folder = await report.line(`${name} installs`, () => installed.project(name, packages));
  if (folder === undefined) return;
  const { node, tsc } = installed;
  const combinations = platform.combinations({ folder, url, signal, node, tsc });
  for (const [line, test] of Object.entries(combinations)) await report.line(line, test);
  removeFolder(folder);
}

// On the disk: what is installed there is larger than a memory.
const folder = mkdtempSync(join(tmpdir(), 'duet-matrix-'));
clearWhenDead({ kind: 'folder', path: folder });
const data = scratchFolder();
// Nothing that a platform keeps outlives the run: the caches of Jest, Metro and Deno.
Object.assign(process.env, { TMPDIR: folder, DENO_DIR: join(folder, 'deno') });
const starting = startServer({ env: { DATA_DIR: data, JWT_SECRET, RATE_LIMITS: 'off' } });
try {
  const began = performance.now();
  const [installed, { url }] = await Promise.all([install(folder, signal), starting]);
  console.log(`installed (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  const report = new Report(signal);
  await runSnippets(installed, url, report, signal);
  for (const platform of PLATFORMS) await runPlatform(platform, installed, url, report);
  console.log(`${report.passed} passed, ${report.failed} failed`);
  if (report.failed > 0) process.exitCode = 1;
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
