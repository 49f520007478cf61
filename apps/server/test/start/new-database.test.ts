import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { removeFolder, scratchFolder } from '@duet/testing/scratch';
import { JWT_SECRET, runServer, type ServerProcess, startServer } from '@duet/testing/server';
import { PATIENCE_MS } from '@duet/testing/wait';
import { expect, onTestFinished, test } from 'vitest';
import { initdb } from '../../src/db/initdb.ts';
import { makeDatabase, readyDatabase } from '../../src/db/new-database.ts';
import { inboxOf, sync } from '../harness/inbox.ts';
import { personAt } from '../harness/server.ts';

const quiet = () => {};

function folder(): string {
  const path = scratchFolder();
  onTestFinished(() => removeFolder(path));
  return path;
}

/** A start with nothing in `dataDir`, as far as the middle of the database that it makes: what says that it is one is there, wherever. */
async function startToMake(dataDir: string): Promise<ServerProcess> {
  const server = runServer({ env: { DATA_DIR: dataDir, JWT_SECRET } });
  const begun = () => readdirSync(dataDir).some((name) => existsSync(join(dataDir, name, 'PG_VERSION')));
  await expect.poll(begun, { timeout: PATIENCE_MS, interval: 1 }).toBe(true);
  return server;
}

async function expectToStart(dataDir: string): Promise<void> {
  const server = await startServer({ env: { DATA_DIR: dataDir, JWT_SECRET } });
  expect(await server.end()).toBe(0);
  expect(readdirSync(dataDir).filter((name) => name.endsWith('.new'))).toEqual([]);
}

test('two copies of one ready database: other ids for the same two people, and no cursor is good for both', async () => {
  const ready = join(folder(), 'ready');
  await initdb(ready, quiet);
  const [one, two] = await Promise.all(
    [folder(), folder()].map(async (dataDir) => {
      await makeDatabase(join(dataDir, 'postgres'), quiet, ready);
      const server = await startServer({ env: { DATA_DIR: dataDir, JWT_SECRET } });
      onTestFinished(() => void server.end('SIGKILL'));
      const [ada, ben] = [await personAt(server.url, 'ada'), await personAt(server.url, 'ben')];
      const { id } = await ada.open(ben);
      const inbox = await inboxOf(ada);
      onTestFinished(() => inbox.close());
      const { cursor } = await sync(inbox);
      return { inbox, id, cursor };
    }),
  );
  if (!one || !two) throw new Error('no servers');
  expect(one.id).not.toBe(two.id);
  // To a cursor of another database the answer begins anew (PROTOCOL 7.4).
  expect(await sync(one.inbox, one.cursor)).toMatchObject({ reset: false });
  expect(await sync(one.inbox, two.cursor)).toMatchObject({ reset: true });
  expect(await sync(two.inbox, one.cursor)).toMatchObject({ reset: true });
});

test('without a ready one of this PGlite it is made by initdb', async () => {
  const { dependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(basename(readyDatabase())).toBe(`embedded-${dependencies['@electric-sql/pglite']}`);
  const dataDir = folder();
  await makeDatabase(join(dataDir, 'postgres'), quiet, join(dataDir, 'embedded-of-another-version'));
  expect(readdirSync(dataDir)).toEqual(['postgres']);
  await expectToStart(dataDir);
});

test.for(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
  '%s while it is made: the next start works',
  async (signal) => {
    const dataDir = folder();
    const server = await startToMake(dataDir);
    expect(await server.end(signal)).toBe(signal === 'SIGKILL' ? signal : 0);
    if (signal !== 'SIGKILL') expect(existsSync(join(dataDir, 'postgres.new'))).toBe(false);
    await expectToStart(dataDir);
  },
);

test('what a killed start left half made is not taken for a database', async () => {
  const dataDir = folder();
  mkdirSync(join(dataDir, 'postgres.new'));
  writeFileSync(join(dataDir, 'postgres.new', 'half'), '');
  await expectToStart(dataDir);
  expect(existsSync(join(dataDir, 'postgres', 'half'))).toBe(false);
});
