import { createPostgres } from '@duet/testing/database';
import { PATIENCE_MS } from '@duet/testing/wait';
import { drizzle } from 'drizzle-orm/postgres-js';
import { pino } from 'pino';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openPostgres, PLANNING } from '../../src/db/client.ts';
import { type ActorContext, createContext } from '../../src/domain/context.ts';
import { encodePosition, takePosition } from '../../src/domain/conversations/changes.ts';
import { type Change, findChanges } from '../../src/domain/conversations/find-changes.ts';
import { listHeads } from '../../src/domain/conversations/heads.ts';
import { listConversations } from '../../src/domain/conversations/list.ts';
import { listMessages } from '../../src/domain/messages/list.ts';
import { prepareLoadCommitted } from '../../src/domain/messages/load-committed.ts';
import { prepareStoreNew } from '../../src/domain/messages/store-new.ts';
import { memoryEvents } from '../../src/events/memory.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

// What a list and a page cost PostgreSQL: somebody with 1,000 conversations over two weeks, one of them with 100,000 messages, among 20,000 others. The
// statements are those of the domain, explained as they come.

let database: Awaited<ReturnType<typeof createPostgres>>;
let sql: postgres.Sql;
/** As the server connects, with the plans that it gets in the long run. */
let planning: postgres.Sql;
let planningDb: Database;
let ctx: ActorContext;
const statements: { query: string; params: unknown[] }[] = [];

beforeAll(async () => {
  database = await createPostgres();
  await (await openPostgres(database.url, pino({ level: 'silent' }))).close(); // migrated
  sql = postgres(database.url, { onnotice: () => {} });
  await sql`insert into users select 'u' || n, 'user' || n, 'user' || n, now() from generate_series(0, 21000) n`;
  await sql`insert into conversations (id, user1_id, user2_id, created_at, activity_at, activity_hour, last_seq, changed_xid, changed_era)
            select ('00000000-0000-8000-8000-' || lpad(n::text, 12, '0'))::uuid, 'u0', 'u' || n, now(), at, date_trunc('hour', at at time zone 'UTC'), 1, -100000, -100000 >> 16
            from generate_series(1, 1000) n, lateral (select now() - n * interval '20 min' as at) as active`;
  await sql`insert into conversations (id, user1_id, user2_id, created_at, activity_at, last_seq)
            select gen_random_uuid(), 'u' || n, 'u' || (n + 1), now(), now(), 1 from generate_series(1001, 20999) n`;
  await sql`update conversations set last_seq = 100000 where user2_id = 'u1'`;
  await sql`insert into messages select id, last_seq, gen_random_uuid(), user1_id, 'last', now() from conversations`;
  await sql`insert into messages
            select c.id, n, gen_random_uuid(), 'u0', 'message ' || n, now()
            from conversations c, generate_series(1, 99999) n where c.user2_id = 'u1'`;
  // From here on nothing but the tests changes what is planned and touched.
  for (const table of ['users', 'conversations', 'messages'])
    await sql`alter table ${sql(table)} set (autovacuum_enabled = false)`;
  await sql`vacuum analyze`;
  const logger = { logQuery: (query: string, params: unknown[]) => void statements.push({ query, params }) };
  planning = postgres(database.url, {
    max: 1,
    onnotice: () => {},
    connection: PLANNING,
  });
  const db = drizzle(planning, { casing: 'snake_case', logger });
  planningDb = db;
  const limits = { messageLength: 10_000, queuedSends: 100 };
  const domain = await createContext({ db, batchDb: db }, memoryEvents, limits, {
    meter: createMetrics().domain,
  });
  ctx = { ...domain, actor: { id: 'u0', username: 'user0', display_name: 'user0' } };
});
afterAll(async () => {
  await sql.end();
  await planning.end();
  await database.drop();
});

/** A parameter as it stands in a statement. */
function literal(param: unknown): string {
  if (param === null) return 'null';
  return Array.isArray(param) ? `'{${param.map(String)}}'` : `'${String(param)}'`;
}

/** The plans of all statements that `work` sends, as text, and the 8 kB blocks they touch. */
async function explain(work: () => Promise<unknown>): Promise<{ plan: string; blocks: number }> {
  statements.length = 0;
  await work();
  const plans: string[] = [];
  for (const { query, params } of [...statements]) {
    await planning.unsafe(`prepare explained as ${query}`);
    const rows = await planning.unsafe(
      `explain (analyze, buffers, costs off, timing off, summary off) execute explained(${params.map(literal)})`,
    );
    await planning.unsafe('deallocate explained');
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
  }
  // The first line of a plan that counts blocks counts those of its children too.
  const blocks = plans.map((plan) =>
    [...(/Buffers: shared(.*)/.exec(plan)?.[1] ?? '').matchAll(/=(\d+)/g)].reduce(
      (sum, [, n]) => sum + Number(n),
      0,
    ),
  );
  return { plan: plans.join('\n\n'), blocks: blocks.reduce((a, b) => a + b, 0) };
}

test('a page of the history costs the same at either end of 100,000 messages', async () => {
  const conversation_id = '00000000-0000-8000-8000-000000000001';
  const page = (before: number) =>
    explain(() => listMessages(ctx, { conversation_id, limit: 50, order: 'desc', before }));
  await page(51); // whose conversation it is was read by then
  const [newest, middle, oldest] = [await page(100_001), await page(50_000), await page(51)];
  if (process.env['SHOW_PLANS']) console.log(newest.plan, newest.blocks, middle.blocks, oldest.blocks);
  for (const { plan } of [newest, middle, oldest]) {
    expect(plan).toMatch(/Index Scan Backward using messages_pkey/);
    expect(plan).not.toMatch(/Seq Scan on (messages|conversations)/);
  }
  expect(Math.abs(newest.blocks - oldest.blocks)).toBeLessThanOrEqual(5);
  expect(Math.abs(newest.blocks - middle.blocks)).toBeLessThanOrEqual(5);
});

test('a page of the list reads what it shows, from both indexes, and no more', async () => {
  const first = await explain(() => listConversations(ctx, { limit: 20 }));
  if (process.env['SHOW_PLANS']) console.log(first.plan, first.blocks);
  expect(first.plan).toMatch(/using conversations_by_user1/);
  expect(first.plan).toMatch(/using conversations_by_user2/);
  expect(first.plan).not.toMatch(/Seq Scan on (messages|conversations|users)/);
  let next: string | undefined;
  for (let i = 0; i < 45; i += 1) ({ next } = await listConversations(ctx, { limit: 20, cursor: next }));
  const late = await explain(() => listConversations(ctx, { limit: 20, cursor: next }));
  expect(late.plan).not.toMatch(/Seq Scan on (messages|conversations|users)/);
  expect(Math.abs(late.blocks - first.blocks)).toBeLessThanOrEqual(40);
});

test('a page of the list walks along the indexes, planned on empty tables or on full ones', async () => {
  const { next } = await listConversations(ctx, { limit: 20 });
  for (const cursor of [undefined, next]) {
    for (const nodes of await plannedNodes(() => listConversations(ctx, { limit: 20, cursor }))) {
      for (const side of ['1 on conversations', '2 on conversations conversations_1'])
        expect(nodes).toContain(`Index Scan Backward using conversations_by_user${side}`);
      expect(nodes).toContain('Index Scan using messages_pkey on messages m');
      expect(nodes.filter((node) => /Sort/.test(node))).toHaveLength(1);
    }
  }
});

test('what changed is found in the indexes, without reading the conversations that did not', async () => {
  const { position } = await sql<{ position: string }[]>`select pg_current_snapshot()::text position`.then(
    ([row]) => row ?? { position: '' },
  );
  await sql`update conversations set last_seq = last_seq, changed_xid = pg_current_xact_id()::text::bigint, changed_era = pg_current_xact_id()::text::bigint >> 16
            where user1_id = 'u0' and user2_id in ('u10', 'u500')`;
  const { plan, blocks } = await explain(() => listHeads(ctx, { cursor: encodePosition(ctx, position) }));
  if (process.env['SHOW_PLANS']) console.log(plan, blocks);
  expect(plan).toMatch(/(using|on) conversations_by_user1/);
  expect(plan).toMatch(/(using|on) conversations_by_user2/);
  expect(plan).not.toMatch(/Seq Scan on conversations/);
  expect(blocks).toBeLessThanOrEqual(60);
});

test('what changed for a thousand people at once is found in the indexes, too', async () => {
  const cursor = await takePosition(ctx);
  await sql`update conversations set last_seq = last_seq + 1, changed_xid = pg_current_xact_id()::text::bigint, changed_era = pg_current_xact_id()::text::bigint >> 16
            where user1_id = 'u0' and user2_id = 'u7'`;
  const people = Array.from({ length: 1000 }, (_, n) => `u${n}`);
  const found: Change[] = [];
  const { plan, blocks } = await explain(async () => {
    for await (const changes of findChanges(ctx, people, cursor)) found.push(...changes);
  });
  if (process.env['SHOW_PLANS']) console.log(plan, blocks);
  expect(found.map(({ userId }) => userId).sort()).toEqual(['u0', 'u7']);
  expect(new Set(found.map(({ state }) => state.last_seq))).toEqual(new Set([2]));
  expect(plan).toMatch(/using conversations_by_user1/);
  expect(plan).toMatch(/using conversations_by_user2/);
  expect(plan).not.toMatch(/Seq Scan on conversations/);
  expect(blocks).toBeLessThanOrEqual(8000);
});

/** The nodes of the plan of what `work` sends: on the tables as they are, and on empty ones, where a server may have planned it. */
async function plannedNodes(work: () => Promise<unknown>): Promise<string[][]> {
  statements.length = 0;
  await work();
  const [{ query, params } = { query: '', params: [] }] = statements;
  const planAt = async (client: postgres.Sql) => {
    await client.unsafe(`prepare explained as ${query}`);
    const rows = await client.unsafe(`explain (costs off) execute explained(${params.map(literal)})`);
    await client.unsafe('deallocate explained');
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    if (process.env['SHOW_PLANS']) console.log(plan);
    return [...plan.matchAll(/-> +(.*)/g)].map(([, node = '']) => node);
  };
  const empty = await createPostgres();
  await (await openPostgres(empty.url, pino({ level: 'silent' }))).close();
  const there = postgres(empty.url, { max: 1, onnotice: () => {}, connection: PLANNING });
  try {
    return [await planAt(planning), await planAt(there)];
  } finally {
    await there.end();
    await empty.drop();
  }
}

test('a batch takes its conversations one by one in the order given, planned on empty tables or on full ones', async () => {
  const targets = await sql<{ id: string; users: [string, string] }[]>`
    select id, array[user1_id, user2_id] as users from conversations where user1_id = 'u0' limit 3`;
  const batch = targets.map(({ id, users }) => ({
    users,
    message: { conversationId: id, senderId: 'u0', messageId: crypto.randomUUID(), content: 'new' },
  }));
  for (const nodes of await plannedNodes(() => prepareStoreNew(planningDb)(batch, new Date()))) {
    const first = nodes.indexOf('Nested Loop');
    expect(nodes.slice(first, first + 3)).toEqual([
      'Nested Loop',
      'Function Scan on t',
      'Index Scan using conversations_pkey on conversations',
    ]);
    expect(nodes.join()).not.toMatch(/Seq Scan/);
  }
});

test('a batch that waits for a conversation holds none whose id comes later, in whatever order its messages came', async () => {
  const targets = await sql<{ id: string; users: [string, string] }[]>`
    select id, array[user1_id, user2_id] as users from conversations where user1_id = 'u0' order by id desc limit 2`;
  const [last, first] = targets;
  const batch = targets.map(({ id, users }) => ({
    users,
    message: { conversationId: id, senderId: 'u0', messageId: crypto.randomUUID(), content: 'new' },
  }));
  let stored: ReturnType<ReturnType<typeof prepareStoreNew>> | undefined;
  await sql.begin(async (tx) => {
    await tx`select from conversations where id = ${first?.id ?? ''} for update`;
    stored = prepareStoreNew(planningDb)(batch, new Date());
    const waiting = () => sql`select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(async () => (await waiting()).length, { timeout: PATIENCE_MS }).toBe(1);
    expect(
      await sql`select id from conversations where id = ${last?.id ?? ''} for update skip locked`,
    ).toHaveLength(1);
  });
  expect((await stored)?.map(({ outcome }) => outcome)).toEqual(['created', 'created']);
});

test('messages of other nodes are read by their place, planned on empty tables or on full ones', async () => {
  const conversationId = '00000000-0000-8000-8000-000000000001';
  const load = () => prepareLoadCommitted(planningDb)([{ conversationId, after: 50_000, before: 50_010 }]);
  expect(await load()).toHaveLength(9);
  for (const nodes of await plannedNodes(load)) {
    expect(nodes).toContain('Index Scan using messages_pkey on messages m');
    expect(nodes.join()).not.toMatch(/Seq Scan|messages_by_message_id/);
  }
});
