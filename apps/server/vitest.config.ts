import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, rmdirSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const bounded = { testTimeout: 60_000, hookTimeout: 60_000, teardownTimeout: 10_000 };

/** These change the modules they load: one watches a library, the other lets trpc-to-openapi change the schemas. */
const ALONE = ['src/domain/accounts/passwords.test.ts', 'test/documents/own-handler.test.ts'];

/** Files that may share a worker, and so the modules they load; none but those above changes any. */
const project = (name: string, database: 'embedded' | 'postgres', include: string[]) => ({
  test: {
    ...bounded,
    name,
    include,
    exclude: [...ALONE, ...withoutTheirPrograms],
    isolate: false,
    env: {
      TEST_DATABASE: database,
      TEST_NATS: withNats ? 'yes' : 'no',
      TEST_PROXIES: proxies.join(' '),
      TEST_POSTGRES_BIN: postgresBin ?? '',
    },
  },
});

const withNats = natsIsThere();
const proxies = ['nginx', 'haproxy'].filter(proxyIsThere);
const postgresBin = binOfPostgres();
const withVolumes = mayMount();
const withoutTheirPrograms = [
  ...(postgresBin === undefined ? ['test/outages/**/*.test.ts'] : []),
  ...(withVolumes ? [] : ['test/outages/full-disk.test.ts']),
  ...(withNats ? [] : ['test/events/nats.test.ts']),
  ...(proxies.length > 0 ? [] : ['test/postgres/proxies.test.ts']),
];

export default defineConfig(async () => {
  const withPostgres = await postgresIsThere();
  const once = ['src/**/*.test.ts', 'test/{documents,process}/**/*.test.ts'];
  return {
    test: {
      maxWorkers: '100%',
      globalSetup: ['test/harness/embedded-template.ts'],
      projects: [
        // The black-box suite, against a server on either kind of database.
        project('embedded', 'embedded', ['test/api/**/*.test.ts']),
        ...(withPostgres ? [project('postgres', 'postgres', ['test/api/**/*.test.ts'])] : []),
        project(
          'once',
          'embedded',
          withPostgres ? [...once, 'test/{postgres,events,outages,telemetry}/**/*.test.ts'] : once,
        ),
        { test: { ...bounded, name: 'alone', include: ALONE, env: { TEST_DATABASE: 'embedded' } } },
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

/** The same with the program `nats-server`; the tests start their own. */
function natsIsThere(): boolean {
  if (spawnSync('nats-server', ['--version']).status === 0) return true;
  if (process.env['CI']) throw new Error('no nats-server on the path, which the tests need in CI');
  console.warn('No nats-server on the path: its tests are skipped.');
  return false;
}

/** The same with the proxies; Debian has them where not everybody's path leads. */
function proxyIsThere(name: string): boolean {
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };
  if (spawnSync(name, ['-v'], { env }).status === 0) return true;
  if (process.env['CI']) throw new Error(`no ${name} on the path, which the tests need in CI`);
  console.warn(`No ${name} on the path: its tests are skipped.`);
  return false;
}

/** The same with the programs of PostgreSQL, for tests that kill one of their own; Debian has them by version. */
function binOfPostgres(): string | undefined {
  const places = [
    ...(process.env['PATH'] ?? '').split(':'),
    ...globSync('/usr/lib/postgresql/*/bin').sort().reverse(),
  ];
  const found = places.find((place) => ['initdb', 'postgres'].every((name) => existsSync(join(place, name))));
  if (found !== undefined) return found;
  if (process.env['CI']) throw new Error('no initdb and postgres on the path, which the tests need in CI');
  console.warn('No initdb and postgres on the path: the tests that kill a PostgreSQL are skipped.');
  return undefined;
}

/** The same with disks that are only memory, which root may mount. */
function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'duet-test-mount-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;
  if (isMounted) spawnSync('umount', [folder]);
  rmdirSync(folder);
  if (isMounted) return true;
  if (process.env['CI']) throw new Error('no tmpfs can be mounted, which the tests need in CI');
  console.warn('No tmpfs can be mounted: the tests of a full disk are skipped.');
  return false;
}
