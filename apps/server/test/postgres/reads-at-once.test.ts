import { createPostgres } from '@duet/testing/database';
import { PATIENCE_MS } from '@duet/testing/wait';
import fc from 'fast-check';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JWT_SECRET, type Person, startServerOn, type TestServer } from '../harness/server.ts';

// Reads that come together share a statement (src/db/group-read.ts): each must still be answered as if it had come alone.

let database: Awaited<ReturnType<typeof createPostgres>>;
let server: TestServer;
let sql: postgres.Sql;
let people: Person[];
const ids: string[] = [];
beforeAll(async () => {
  database = await createPostgres();
  server = await startServerOn({ ...database.env, JWT_SECRET, RATE_LIMITS: '100' });
  sql = postgres(database.url, { max: 2, onnotice: () => {} });
  people = await Promise.all(['ada', 'ben', 'cleo', 'dan'].map((name) => server.person(name)));
  for (const [i, one] of people.entries()) {
    for (const other of people.slice(i + 1)) {
      const { id } = await one.open(other);
      ids.push(id);
      for (let n = 0; n < ids.length * 2; n += 1)
        await (n % 3 === 0 ? other : one).send(id, `${ids.length} ${n} of ${one.id}`);
    }
  }
});
afterAll(async () => {
  await sql.end();
  await server.stop();
  await database.drop();
});

const LIST = '/api/chat/conversations/';
const UNKNOWN = '00000000-0000-8000-8000-000000000000';
const position = fc.option(fc.integer({ min: 1, max: 14 }), { nil: undefined });
const read = fc.record({
  who: fc.nat({ max: 3 }),
  conversation: fc.nat({ max: 6 }),
  kind: fc.constantFrom('page', 'list', 'get', 'open'),
  target: fc.nat({ max: 3 }),
  limit: fc.integer({ min: 1, max: 20 }),
  order: fc.constantFrom('asc', 'desc'),
  before: position,
  after: position,
});

type Read = typeof read extends fc.Arbitrary<infer T> ? T : never;

/** Status and body; what is said of a refusal besides its code has the number of the request in it. */
async function ask({ who, conversation, kind, target, limit, order, before, after }: Read) {
  const person = people[who];
  if (!person) throw new Error('nobody');
  const id = ids[conversation] ?? UNKNOWN;
  const bounds = `${before === undefined ? '' : `&before=${before}`}${after === undefined ? '' : `&after=${after}`}`;
  const paths = {
    page: `${LIST}${id}/messages/?limit=${limit}&order=${order}${bounds}`,
    list: `${LIST}?limit=${limit}`,
    get: `${LIST}${id}/`,
    open: LIST,
  };
  const answer =
    kind === 'open'
      ? await person.post(LIST, { target_user_id: people[target]?.id })
      : await person.get(paths[kind]);
  const body: unknown = JSON.parse(answer.text);
  return { status: answer.status, link: answer.headers.get('link'), body: answer.status < 400 ? body : null };
}

/** Begins work while nobody can read a conversation, so that what comes waits, and lets it go on when something waits in the database. */
async function atOnce<T>(work: () => Promise<T>): Promise<T> {
  let begun: Promise<T> | undefined;
  await sql.begin(async (tx) => {
    await tx`lock table conversations in access exclusive mode`;
    begun = work();
    await expect
      .poll(
        async () => {
          const [row] = await sql<{ waiting: number }[]>`
          select count(*)::int as waiting from pg_locks where not granted and relation = 'conversations'::regclass`;
          return row?.waiting;
        },
        { timeout: PATIENCE_MS },
      )
      .toBeGreaterThan(1);
    // Nearly all of the others are there by then.
    for (let i = 0; i < 10; i += 1) await fetch(`${server.url}/healthz`);
  });
  if (!begun) throw new Error('nothing was begun');
  return begun;
}

test('reads that come together are each answered as if they had come alone', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(read, { minLength: 40, maxLength: 60 }), async (reads) => {
      const together = await atOnce(() => Promise.all(reads.map(ask)));
      for (const [i, one] of reads.entries()) expect(together[i]).toEqual(await ask(one));
    }),
    { numRuns: 5, endOnFailure: true },
  );
});
