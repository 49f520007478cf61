import { connect } from 'node:net';
import { defineConfig } from 'vitest/config';
import { canMakeCluster } from './src/faults/deployment/postgres.ts';

const NEEDS_POSTGRES = ['test/smoke.test.ts'];
const NEEDS_INITDB = ['test/faults/run.test.ts'];

export default defineConfig(async () => ({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...((await postgresIsThere()) ? [] : NEEDS_POSTGRES), ...(initdbIsThere() ? [] : NEEDS_INITDB)],
    testTimeout: 120_000,
  },
}));

/** On a machine of our own PostgreSQL may be missing, and its tests are left out; in CI that is a failure. */
async function postgresIsThere(): Promise<boolean> {
  const there = await new Promise<boolean>((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: 5432, timeout: 2000 });
    const answer = (reachable: boolean) => {
      socket.destroy();
      resolve(reachable);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });
  if (there) return true;
  if (process.env['CI']) throw new Error('no PostgreSQL at 127.0.0.1:5432, which the tests need in CI');
  console.warn('No PostgreSQL at 127.0.0.1:5432: its tests are skipped.');
  return false;
}

/** The same for the program that makes a PostgreSQL of a run's own. */
function initdbIsThere(): boolean {
  if (canMakeCluster()) return true;
  if (process.env['CI']) throw new Error('no initdb, which the tests need in CI');
  console.warn('No initdb: the fault run is skipped.');
  return false;
}
