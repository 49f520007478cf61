import { PATIENCE_MS } from '@duet/testing/wait';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { startCluster } from '../harness/cluster.ts';
import { JWT_SECRET, personAt, startServerOn } from '../harness/server.ts';
import { openSetups, refusalOf, type Setups, useServer } from '../harness/setups.ts';

// PostgreSQL as it can be met: a standby, an old one, one with another time.

let on: Setups;
beforeAll(async () => {
  on = await openSetups();
});
afterAll(() => on.cluster.stop());

/** A function of PostgreSQL's that says something else in this database, for there is but one version here, and one clock. */
async function says(database: string, name: string, body: string): Promise<void> {
  await on.admin(
    database,
    `create function ${name} stable language sql as $$ ${body} $$`,
    `alter database ${database} set search_path = public, pg_catalog`,
  );
}

test('a standby is one line, and with another host the primary is taken, also when that is another one', async () => {
  const standby = await startCluster(on.cluster);
  onTestFinished(() => standby.stop());
  const [a, b] = [on.cluster, standby].map(({ url }) => new URL(url).host);
  const line = 'DATABASE_URL: this server is a standby, which can only be read';
  expect(await refusalOf({ DATABASE_URL: standby.url })).toBe(line);
  expect(await refusalOf({ DATABASE_URL: `postgres://duet@${b},${a}/duet` })).toBe(line);
  for (const attributes of ['read-write', 'primary']) {
    const DATABASE_URL = `postgres://duet@${b},${a}/duet?target_session_attrs=${attributes}`;
    await useServer({ DATABASE_URL });
  }
  expect(
    await refusalOf({ DATABASE_URL: `postgres://duet@${b},${b}/duet?target_session_attrs=primary` }),
  ).toBe(
    'DATABASE_URL: cannot reach the database (CONNECTION_NOT_WANTED: no host is what target_session_attrs asks for)',
  );
  const DATABASE_URL = `postgres://duet@${a},${b}/duet?target_session_attrs=primary`;
  const server = await startServerOn({ DATABASE_URL, JWT_SECRET });
  const [cleo, dan] = [await personAt(server.url, 'cleo'), await personAt(server.url, 'dan')];
  const { id } = await cleo.open(dan);
  const { seq } = await cleo.send(id, 'before');
  await on.cluster.shutDown();
  await standby.promote();
  const readyz = async () => (await fetch(`${server.url}/readyz`)).status;
  await vi.waitFor(async () => expect(await readyz()).toBe(200), { timeout: PATIENCE_MS, interval: 50 });
  expect(await dan.send(id, 'after')).toMatchObject({ seq: seq + 1 });
  await server.stop();
  await on.cluster.start();
});

test('a version that is too old is one line', async () => {
  const database = await on.createDatabase();
  const old = `select case name when 'server_version_num' then '140023' when 'server_version' then '14.23' else pg_catalog.current_setting(name) end`;
  await says(database, 'current_setting(name text) returns text', old);
  expect(await on.refusal(database)).toBe(
    'DATABASE_URL: PostgreSQL 15 or newer is needed, and this is 14.23',
  );
});

test.each([
  ['ahead', '+', 3_600_000],
  ['behind', '-', -3_600_000],
])('a clock that is %s is told, and no reason not to start', async (_, sign, difference) => {
  const database = await on.createDatabase();
  const later = `select pg_catalog.clock_timestamp() ${sign} interval '1 hour'`;
  await says(database, 'clock_timestamp() returns timestamptz', later);
  const server = await on.start(database);
  await personAt(server.url, 'ada');
  await server.stop();
  const told = server.log.find((line) => line.includes('the database has another time than this machine'));
  const { ms } = JSON.parse(told ?? '{}');
  expect(Math.abs(ms - difference)).toBeLessThan(PATIENCE_MS);
});
