import { createPostgres, type TestDatabase } from '@duet/testing/database';
import { JWT_SECRET, type RunningServer } from '@duet/testing/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { check, failures, idsOf, PATIENT } from '../harness/check.ts';
import { startServer } from '../harness/process.ts';

let database: TestDatabase;
const nodes: RunningServer[] = [];
beforeAll(async () => {
  database = await createPostgres();
  const env = { ...database.env, LOCAL_ACCOUNTS: 'off' };
  nodes.push(...(await Promise.all([1, 2, 3].map(() => startServer(env)))));
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.end()));
  await database.drop();
});

/** What needs local accounts, which are off here. */
const OF_ACCOUNTS = /^3\.8\.([1-9]|1[01])$|^3\.1\.\d+$|^1\.4\.11$/;

async function allHolds(urls: readonly string[]): Promise<void> {
  const results = await check(
    '--jwt-secret',
    JWT_SECRET,
    ...urls.flatMap((url) => ['--url', url]),
    ...PATIENT,
  );
  expect(failures(results)).toEqual([]);
  for (const id of idsOf(results, 'not applicable')) expect(id).toMatch(OF_ACCOUNTS);
  expect(idsOf(results, 'holds')).toContain('3.8.12');
  expect(idsOf(results, 'holds').length).toBeGreaterThan(190);
}

test('everything holds on PostgreSQL, on one node', () => allHolds(nodes.slice(0, 1).map(({ url }) => url)));

test('everything holds on three nodes, which requests and sockets use in turn', () =>
  allHolds(nodes.map(({ url }) => url)));
