import { connect } from 'node:net';
import { defineConfig } from 'vitest/config';

const bounded = { testTimeout: 60_000, hookTimeout: 60_000, teardownTimeout: 10_000 };

/** The black-box suite, against a server on one kind of database. */
const api = (database: 'embedded' | 'postgres') => ({
  test: {
    ...bounded,
    name: database,
    isolate: false, // black-box tests share nothing but the modules they load
    include: ['test/api/**/*.test.ts'],
    env: { TEST_DATABASE: database },
  },
});

export default defineConfig(async () => {
  const withPostgres = await postgresIsThere();
  return {
    test: {
      maxWorkers: '100%',
      globalSetup: ['test/harness/embedded-template.ts'],
      projects: [
        api('embedded'),
        ...(withPostgres ? [api('postgres')] : []),
        {
          test: {
            ...bounded,
            name: 'once',
            include: ['src/**/*.test.ts', 'test/{documents,process}/**/*.test.ts'].concat(
              withPostgres ? 'test/postgres/**/*.test.ts' : [],
            ),
            env: { TEST_DATABASE: 'embedded' },
          },
        },
      ],
    },
  };
});

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
