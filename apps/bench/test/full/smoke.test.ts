import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { undoAll } from '../../src/cleanup.ts';
import { Results } from '../../src/report/results.ts';
import { tablesOf } from '../../src/report/table.ts';
import { sendThrough } from '../../src/scenarios/sends.ts';
import type { Contender } from '../../src/servers/server.ts';
import { duet, duetV1, express, relay } from '../../src/servers/start.ts';

const database = 'postgres://postgres@127.0.0.1:5432/postgres';
const options = {
  only: [],
  rounds: 1,
  seconds: 1,
  minutes: 1,
  generators: 2,
  database,
  json: undefined,
  charts: false,
};

afterAll(undoAll);

test('every contender takes sends, and each message is stored and comes to both sides once', async () => {
  const databases: string[] = [];
  const results = new Results();
  for (const contender of [duet(database), duetV1(database), relay(database), express(database)])
    await sendThrough(
      { options, duration: { warmUp: 0, seconds: 1 }, results, say: () => {} },
      'sends',
      noting(contender, databases),
      4,
    ); // which throws if not

  expect(results.series).toHaveLength(8);
  for (const { figures } of results.series) {
    expect(figures.rate?.[0]).toBeGreaterThan(0);
    expect(figures.serverCpu?.[0]).toBeGreaterThan(0);
    expect(figures.p99?.[0]).toBeGreaterThanOrEqual(figures.p50?.[0] ?? Number.POSITIVE_INFINITY);
  }
  expect(results.find('sends', '4 in flight', 'duet')?.figures.disordered).toEqual([0]);
  expect(tablesOf(results, 'sends')).toMatch(/duet ÷ relay +\d+\.\d\d/);
  expect(databases).toHaveLength(4);
  expect(await existing(databases)).toEqual([]);
});

/** The contender, and the database it was given. */
function noting(contender: Contender, databases: string[]): Contender {
  const start = async () => {
    const server = await contender.start();
    if (server.database) databases.push(server.database.name);
    return server;
  };
  return { ...contender, start };
}

async function existing(names: string[]): Promise<string[]> {
  const sql = postgres(database, { max: 1 });
  const rows = await sql<{ name: string }[]>`
    select datname as name from pg_database where datname in ${sql(names)}`;
  await sql.end();
  return rows.map(({ name }) => name);
}
