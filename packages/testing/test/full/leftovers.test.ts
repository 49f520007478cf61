import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { expect, onTestFinished, test } from 'vitest';
import { ADMIN_URL } from '../../src/database.ts';
import { descendantsOf, isAlive } from '../../src/processes.ts';
import { PATIENCE_MS } from '../../src/wait.ts';

// A run of tests is started, ended half-way, and looked after: nothing of it is left.

const FIXTURE = fileURLToPath(new URL('../fixture', import.meta.url));
const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const poll = { timeout: PATIENCE_MS, interval: 50 };

test.for(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)('a run that is ended by %s', async (signal) => {
  const temporary = mkdtempSync(join(tmpdir(), 'duet-leftovers-'));
  onTestFinished(() => rmSync(temporary, { recursive: true, force: true }));
  const report = join(temporary, '..', `${temporary.split('/').at(-1)}-report`);
  onTestFinished(() => rmSync(report, { force: true }));
  const child = spawn(process.execPath, [VITEST, 'run', '--root', FIXTURE], {
    env: { PATH: process.env['PATH'], TMPDIR: temporary, LEFTOVERS_REPORT: report },
    stdio: 'ignore',
    detached: true,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await expect.poll(() => existsSync(report) && readFileSync(report, 'utf8'), poll).toBeTruthy();

  const processes = descendantsOf(child.pid ?? 0);
  const database = readFileSync(report, 'utf8');
  // The worker, two servers and their reapers, at least: there is something to leave behind.
  expect(processes.length).toBeGreaterThan(4);
  expect(readdirSync(temporary).length).toBeGreaterThan(1);
  expect(await databases(database)).toHaveLength(1);

  child.kill(signal);
  await expect.poll(() => [child.pid ?? 0, ...processes].filter(isAlive), poll).toEqual([]);
  await expect.poll(() => readdirSync(temporary), poll).toEqual([]);
  await expect.poll(() => databases(database), poll).toEqual([]);
});

async function databases(name: string): Promise<unknown[]> {
  const sql = postgres(ADMIN_URL, { max: 1, onnotice: () => {} });
  const rows = await sql`select datname from pg_database where datname = ${name}`;
  await sql.end();
  return rows;
}
