import { randomUUID } from 'node:crypto';
import { createPostgres } from '@duet/testing/database';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startClock, stopClock } from '../harness/clock.ts';
import { request } from '../harness/http.ts';
import { link } from '../harness/link.ts';
import { JWT_SECRET, mint, Person, startServerOn, type TestServer } from '../harness/server.ts';

// PROTOCOL 3.11 on several nodes: they count together, to within a tenth of a limit each.

let database: Awaited<ReturnType<typeof createPostgres>>;
let nodes: TestServer[] = [];
const settings = { JWT_SECRET, TRUST_PROXY: '1' };
beforeAll(async () => {
  database = await createPostgres();
  const start = () => startServerOn({ ...database.env, ...settings });
  nodes = [await start(), ...(await Promise.all([start(), start()]))];
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await database.drop();
});

/** Somebody, as each of the nodes knows them. */
async function everywhere(id = randomUUID()): Promise<Person[]> {
  const token = await mint({ sub: id });
  return nodes.map(({ url }) => new Person(url, id, token));
}

async function count(tries: number, ask: () => Promise<{ status: number }>): Promise<number> {
  let passed = 0;
  for (let n = 0; n < tries; n += 1) if ((await ask()).status < 300) passed += 1;
  return passed;
}

describe('while no window ends', () => {
  // No window ends, and no node gives up on the database, however slow the machine.
  beforeEach(stopClock);
  afterEach(startClock);

  test('who has done what they may on one node may do a tenth of it on each other one, and no more', async () => {
    const ben = await nodes[0]?.person('ben');
    const seats = await everywhere();
    const open = (person: Person) => () =>
      person.post('/api/chat/conversations/', { target_user_id: ben?.id });
    const passed: number[] = [];
    for (const seat of seats) passed.push(await count(70, open(seat)));
    expect(passed).toEqual([60, 6, 6]);
  });

  test('who spreads over three nodes may do what they may on one, and three tenths', async () => {
    const seats = await everywhere();
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, n) => seats[n % 3]?.get('/api/chat/users/?search=a')),
    );
    const passed = answers.filter((answer) => answer?.status === 200).length;
    expect(passed).toBeGreaterThanOrEqual(120);
    expect(passed).toBeLessThanOrEqual(156);
  });

  test('wrong passwords count on every node, and where a name is at home they all know', async () => {
    const name = randomUUID();
    const signIn = (node: number, address: string, password: string) =>
      request(nodes[node]?.url ?? '', 'POST', '/api/auth/token/', {
        json: { username: name, password },
        headers: { 'x-forwarded-for': address },
      });
    const account = { username: name, password: 'correct horse' };
    await request(nodes[0]?.url ?? '', 'POST', '/api/auth/register/', { json: account });
    expect((await signIn(0, '198.18.0.1', 'correct horse')).status).toBe(200);
    const statuses: number[] = [];
    for (let n = 0; n < 14; n += 1) statuses.push((await signIn(n % 2, '198.18.0.2', 'wrong')).status);
    // One is a tenth of ten.
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(12);
    expect(statuses.slice(-2)).toEqual([429, 429]);

    const guess = (n: number) => signIn(2, `198.18.1.${n}`, 'wrong');
    for (let n = 1; n <= 11; n += 1) expect((await guess(n)).status).toBe(401);
    const sql = postgres(database.url, { max: 1 });
    await sql`update rate_limits set points = 1000 where key like 'wrongPasswordAnywhere:%'`;
    const [table] = await sql`select relpersistence from pg_class where relname = 'rate_limits'`;
    const [kept] = await sql<{ text: string }[]>`select string_agg(key, ' ') as text from rate_limits`;
    await sql.end();
    expect(table).toEqual({ relpersistence: 'u' });
    expect(kept?.text).not.toContain(name);
    for (let n = 12; n <= 20; n += 1) await guess(n); // what it has taken already
    expect((await signIn(2, '198.18.2.1', 'correct horse')).status).toBe(429);
    expect((await signIn(2, '198.18.0.1', 'correct horse')).status).toBe(200);
  });
});

test('while the database is away limits hold, and fail nobody', async () => {
  const wire = await link(database.url);
  const node = await startServerOn({ ...settings, DATABASE_URL: wire.url, RATE_LIMITS: '0.1' });
  try {
    wire.cut();
    const statuses: number[] = [];
    // Such a token needs no look into the database.
    for (let n = 0; n < 32; n += 1) {
      const json = { refresh: 'none of ours' };
      statuses.push((await request(node.url, 'POST', '/api/auth/token/refresh/', { json })).status);
    }
    expect(statuses).toEqual([...Array(30).fill(401), 429, 429]);
  } finally {
    await node.stop();
    await wire.close();
  }
});
