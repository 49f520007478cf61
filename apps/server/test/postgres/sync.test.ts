import { randomUUID } from 'node:crypto';
import { createPostgres } from '@duet/testing/database';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Inbox, inboxOf, nextOf, sync as syncInbox } from '../harness/inbox.ts';
import { JWT_SECRET, Person, startServerOn, type TestServer } from '../harness/server.ts';

// PROTOCOL 7.4: what a sync did not see, because it was not committed yet, is in the next one.

let database: Awaited<ReturnType<typeof createPostgres>>;
let server: TestServer;
let sql: postgres.Sql;
beforeAll(async () => {
  database = await createPostgres();
  server = await startServerOn({ ...database.env, JWT_SECRET, HEARTBEAT_SECONDS: '3600' });
  sql = postgres(database.url, { max: 4, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await server.stop();
  await database.drop();
});

async function sync(inbox: Inbox, cursor?: string) {
  const { conversations, ...synced } = await syncInbox(inbox, cursor);
  return { ids: conversations.map(({ id }) => id), ...synced };
}

/** Conversations with people who are new. */
async function converse(person: Person, count: number) {
  const stem = randomUUID();
  await sql`
    insert into users (id, username, username_key, created_at)
      select ${stem} || n, n, ${stem} || n, now() from generate_series(1, ${count}::int) n`;
  await sql`
    insert into conversations (id, user1_id, user2_id, created_at, activity_at)
      select gen_random_uuid(), ${person.id}, ${stem} || n, now(), now() from generate_series(1, ${count}::int) n`;
}

test('a change that began before a sync and committed after it is named by the next, however many came between', async () => {
  const ada = await server.person('ada');
  const { id: slow } = await ada.open(await server.person('b'));
  const { id: quick } = await ada.open(await server.person('c'));
  const inbox = await inboxOf(ada);
  const { cursor: start } = await sync(inbox);
  let commit = () => {};
  const held = new Promise<void>((resolve) => (commit = resolve));
  let changed = () => {};
  const underWay = new Promise<void>((resolve) => (changed = resolve));
  const transaction = sql.begin(async (tx) => {
    await tx`update conversations set user1_read_seq = 0, changed_xid = pg_current_xact_id()::text::bigint, changed_era = pg_current_xact_id()::text::bigint >> 16 where id = ${slow}`;
    changed();
    await held;
  });
  await underWay;
  let cursor = start;
  for (const text of ['1', '2', '3']) {
    await ada.send(quick, text);
    const between = await sync(inbox, cursor);
    expect(between).toMatchObject({ reset: false, ids: [quick] });
    cursor = between.cursor;
  }
  commit();
  await transaction;
  expect((await sync(inbox, cursor)).ids).toEqual([slow]);
  await inbox.close();
});

test('numbers of transactions that are still to come, as a restored database may hold, are no changes', async () => {
  const ada = await server.person('ada');
  const { id } = await ada.open(await server.person('b'));
  await sql`update conversations set changed_xid = 4000000000000, changed_era = 4000000000000 >> 16 where id = ${id}`;
  const inbox = await inboxOf(ada);
  const { cursor, ids } = await sync(inbox);
  expect(ids).toEqual([id]);
  expect((await sync(inbox, cursor)).ids).toEqual([]);
  await ada.send(id, 'x');
  expect((await sync(inbox, cursor)).ids).toEqual([id]);
  await inbox.close();
});

test('more than 1,000 changes are a fresh snapshot; up to 1,000 are named', async () => {
  const ada = await server.person('ada');
  await ada.open(await server.person('first'));
  const inbox = await inboxOf(ada);
  const { cursor } = await sync(inbox);
  await converse(ada, 1000);
  const all = await sync(inbox, cursor);
  expect(all.reset).toBe(false);
  expect(new Set(all.ids).size).toBe(1000);
  await converse(ada, 1);
  const tooMany = await sync(inbox, cursor);
  expect(tooMany).toMatchObject({ reset: true, ids: { length: 100 } });
  expect(tooMany.next).not.toBeNull();
  inbox.send({ type: 'ping', cursor });
  expect(await inbox.next()).toMatchObject({ type: 'pong', cursor, heads: null });
  await inbox.close();
});

test('a snapshot of 30 MB waits for a reader who takes his time, who is not too slow for that', async () => {
  const ada = await server.person('ada');
  await converse(ada, 1000);
  await sql`
    insert into messages select id, 1, gen_random_uuid(), user1_id, repeat('€', 10000), now() from conversations
      where user1_id = ${ada.id}`;
  await sql`update conversations set last_seq = 1 where user1_id = ${ada.id}`;
  const inbox = await inboxOf(ada);
  inbox.ws.pause();
  inbox.send({ type: 'sync', limit: 1000 });
  // Time enough for a server that did not wait to run into its limit.
  for (let n = 0; n < 3; n += 1) await ada.get('/api/chat/conversations/');
  inbox.ws.resume();
  const ids = new Set<string>();
  for (let frame = await inbox.next(); frame.type !== 'synced'; frame = await inbox.next()) {
    if (frame.type === 'conversation') ids.add(frame.conversation.id);
  }
  expect(ids.size).toBe(1000);
  await inbox.close();
});

test('any node goes on where another one left off, and tells with a pong what somebody sent through another', async () => {
  const other = await startServerOn({ ...database.env, JWT_SECRET });
  try {
    const [ada, ben] = [await server.person('ada'), await server.person('ben')];
    const { id } = await ada.open(ben);
    const here = await inboxOf(ada);
    const { cursor } = await sync(here);
    await new Person(other.url, ben.id, ben.token).send(id, 'over there');
    here.send({ type: 'ping', cursor });
    const state = { last_seq: 1, read_seqs: [0, 0], unread_counts: [1, 0] };
    expect(await nextOf(here, 'pong')).toMatchObject({ heads: [{ conversation_id: id, state }] });
    await here.close();
    const there = await inboxOf(new Person(other.url, ada.id, ada.token));
    expect(await sync(there, cursor)).toMatchObject({ reset: false, ids: [id] });
    await there.close();
  } finally {
    await other.stop();
  }
});
