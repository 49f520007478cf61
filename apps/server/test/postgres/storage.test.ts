import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MessagePage } from '@duet/contract';
import { scratchFolder } from '@duet/testing/scratch';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import { expect, onTestFinished, test } from 'vitest';
import { entity, expectProblem } from '../harness/http.ts';
import { inboxOf, nextOf, sync } from '../harness/inbox.ts';
import {
  type Cut,
  countPartitions,
  countScans,
  createPartitionable,
  describeTables,
} from '../harness/partitions.ts';
import { personAt, type TestServer } from '../harness/server.ts';
import { bounded } from '../harness/socket.ts';

// STORAGE.md: its statements are run as they stand, and everything goes on working through the server's doors.

const PARTITIONS: Record<Cut, Record<string, number>> = {
  'both tables': { conversations: 16, messages: 16 },
  'messages alone': { conversations: 0, messages: 16 },
};
const CUTS: readonly Cut[] = ['both tables', 'messages alone'];

/** Ada and Ben, who have talked: 60 messages, some of them read. */
async function converse(server: TestServer) {
  const [ada, ben] = [await server.person('ada'), await server.person('ben')];
  const { id } = await ada.open(ben);
  const message_id = randomUUID();
  const first = await ada.send(id, 'first', message_id);
  for (let n = 2; n <= 60; n += 1) await (n % 2 ? ada : ben).send(id, `message ${n}`);
  await ben.post(`/api/chat/conversations/${id}/read/`, { seq: 40 });
  return { ada, ben, id, first, message_id };
}
type Talk = Awaited<ReturnType<typeof converse>>;

/** Every door that leads to the two tables. */
async function expectEverythingToWork({ url }: TestServer, { id, first, message_id, ...people }: Talk) {
  const ada = await personAt(url, people.ada.id);
  const ben = await personAt(url, people.ben.id);
  const path = `/api/chat/conversations/${id}`;
  const before = await ada.conversation(id);

  // Sending: anew, again, in conflict; on REST and on the socket.
  expect(await ada.send(id, 'on REST')).toMatchObject({ seq: before.last_seq + 1 });
  const again = await ada.post(`${path}/messages/`, { content: 'first', message_id });
  expect(again.status).toBe(200);
  expect(again.as(entity.message)).toMatchObject({ seq: first.seq, timestamp: first.timestamp });
  expectProblem(await ada.post(`${path}/messages/`, { content: 'other', message_id }), 409, 'conflict');
  const socket = await ben.connect(id);
  socket.send({ message: 'on the socket', message_id: randomUUID() });
  expect(await socket.next()).toMatchObject({ type: 'chat_message', seq: before.last_seq + 2 });
  await socket.close();
  const last = before.last_seq + 2;

  // History, whole, from either end.
  for (const order of ['asc', 'desc']) {
    const seqs: number[] = [];
    let next: string | null = `${path}/messages/?limit=25&order=${order}`;
    while (next !== null) {
      const found: MessagePage = (await ben.get(next)).as(entity.page);
      seqs.push(...found.results.map(({ seq }) => seq));
      next = found.next;
    }
    const ascending = Array.from({ length: last }, (_, n) => n + 1);
    expect(seqs).toEqual(order === 'asc' ? ascending : ascending.reverse());
  }

  // The list, read markers, opening again and anew.
  const [listed] = (await ada.get('/api/chat/conversations/')).as(entity.conversations);
  expect(listed).toMatchObject({ id, last_seq: last, last_message: { content: 'on the socket' } });
  expect((await ada.post(`${path}/read/`, { seq: last })).status).toBe(200);
  expect(await ada.conversation(id)).toMatchObject({ unread_count: 0, read_seq: last });
  expect(await ben.open(ada)).toEqual(await ben.conversation(id));
  const cleo = await personAt(url, randomUUID());
  const { id: anew } = await cleo.open(ada);
  expect(await ada.send(anew, 'hello')).toMatchObject({ seq: 1 });

  // duet.v1: what changed since, by name and by heads.
  const inbox = await inboxOf(ada);
  const { cursor, conversations } = await sync(inbox);
  expect(conversations.slice(0, 2).map((conversation) => conversation.id)).toEqual([anew, id]);
  await ben.send(id, 'live');
  expect(await nextOf(inbox, 'chat_message')).toMatchObject({ seq: last + 1 });
  inbox.send({ type: 'ping', cursor });
  expect((await nextOf(inbox, 'pong')).heads).toMatchObject([{ conversation_id: id }]);
  expect(await sync(inbox, cursor)).toMatchObject({ reset: false, conversations: [{ id }] });
  await inbox.close();
}

test.each(CUTS)('an empty database is partitioned before the first message: %s', async (cut) => {
  const { sql, start, stop, partitionEmpty } = await createPartitionable(cut);
  await stop(await start());
  const before = await describeTables(sql);
  await partitionEmpty();
  expect(await describeTables(sql)).toEqual(before);
  expect(await countPartitions(sql)).toEqual(PARTITIONS[cut]);
  const server = await start();
  await expectEverythingToWork(server, await converse(server));
});

test.each(CUTS)(
  'a database with data is partitioned while the servers are stopped; a sync goes on where it was: %s',
  async (cut) => {
    const { sql, run, start, stop } = await createPartitionable(cut);
    const first = await start();
    const talk = await converse(first);
    const quiet = await talk.ada.open(await first.person('quiet'));
    const inbox = await inboxOf(talk.ada);
    const { cursor } = await sync(inbox);
    await stop(first);
    const before = await describeTables(sql);
    await run('Make', 'Copy', 'Index', 'Switch');
    await run('Finish');
    expect(await describeTables(sql)).toEqual(before);
    expect(await countPartitions(sql)).toEqual(PARTITIONS[cut]);

    const second = await start();
    const ada = await personAt(second.url, talk.ada.id);
    const there = await inboxOf(ada);
    expect(await sync(there, cursor)).toMatchObject({ reset: false, conversations: [] });
    await ada.send(quiet.id, 'no longer');
    expect(await sync(there, cursor)).toMatchObject({ reset: false, conversations: [{ id: quiet.id }] });
    await there.close();
    await expectEverythingToWork(second, talk);
  },
);

test.each(CUTS)(
  'a database with data is partitioned while people go on talking, and no request fails: %s',
  async (cut) => {
    const { sql, start, run, runAlone, runUntilLocked } = await createPartitionable(cut);
    const server = await start();
    const talk = await converse(server);
    const { ada, ben, id } = talk;
    const before = await describeTables(sql);
    const tables = cut === 'both tables' ? 2 : 1;
    const socket = await ben.connect(id);
    let talking = true;
    let heard = () => {};
    const traffic = (async () => {
      const others: string[] = [];
      for (let n = 0; talking; n += 1) {
        const { seq } = await ada.send(id, `on and on ${n}`);
        expect((await ben.post(`/api/chat/conversations/${id}/read/`, { seq })).status).toBe(200);
        const other = await server.person(`other ${n}`);
        const { id: anew } = await other.open(ada);
        await other.send(anew, 'one');
        socket.send({ message: `on the socket ${n}` });
        others.push(anew);
        heard();
      }
      return others;
    })();
    /** Goes on once somebody has talked since. */
    const somebodyTalks = () =>
      bounded('talk', Promise.race([traffic, new Promise<void>((resolve) => (heard = resolve))]));
    for (const step of [
      () => run('Make', 'Index'),
      () => runUntilLocked('Follow'),
      () => runAlone('Fill'),
      async () => expect((await run('Compare')).flat()).toEqual(Array(tables).fill({ missing: 0 })),
      () => runUntilLocked('Switch'),
    ]) {
      await step();
      await somebodyTalks();
    }
    talking = false;
    const others = await traffic;
    const frames = await socket.take(2 * others.length);
    expect(new Set(frames.map(({ type }) => type))).toEqual(new Set(['chat_message']));
    await run('Finish');
    expect(await describeTables(sql)).toEqual(before);
    expect(await countPartitions(sql)).toEqual(PARTITIONS[cut]);
    await socket.close();
    for (const other of others) expect(await ada.conversation(other)).toMatchObject({ last_seq: 1 });
    await expectEverythingToWork(server, talk);
  },
);

test('later migrations work on partitions: columns, and indexes by their names', async () => {
  const { sql, start, partitionEmpty } = await createPartitionable('both tables');
  await partitionEmpty();
  const folder = scratchFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'meta'));
  const entry = { idx: 0, version: '7', when: 1, tag: '0000_later', breakpoints: true };
  writeFileSync(join(folder, 'meta/_journal.json'), JSON.stringify({ entries: [entry] }));
  writeFileSync(
    join(folder, '0000_later.sql'),
    `alter table "messages" add column "edited_at" timestamp (3) with time zone;
    --> statement-breakpoint
    alter table "conversations" add column "version" bigint default pg_current_xact_id()::text::bigint not null;
    --> statement-breakpoint
    drop index "conversations_by_user1";
    --> statement-breakpoint
    create index "conversations_by_user1" on "conversations" using btree ("user1_id", "activity_hour", "changed_era");
    --> statement-breakpoint
    create unique index "messages_later" on "messages" using btree ("conversation_id", "seq", "message_id");`,
  );
  await migrate(drizzle(sql), { migrationsFolder: folder, migrationsSchema: 'later' });
  const [{ indexes } = { indexes: 0 }] = await sql<{ indexes: number }[]>`
    select count(*)::int as indexes from pg_index i join pg_inherits h on h.inhrelid = i.indrelid
    where h.inhparent = 'messages'::regclass`;
  expect(indexes).toBe(16 * 3);
  // What the page warns of.
  await expect(sql`alter table conversations set (fillfactor = 80)`).rejects.toThrow(
    /partitioned table|unrecognized parameter/,
  );
  const server = await start();
  await expectEverythingToWork(server, await converse(server));
});

test('a page, a send and a read marker touch one partition', async () => {
  const { sql, start, stop, partitionEmpty } = await createPartitionable('both tables');
  await partitionEmpty();
  const first = await start();
  const { ada, ben, id } = await converse(first);
  await stop(first);
  await sql`
    insert into conversations (id, user1_id, user2_id, created_at, activity_at, last_seq)
    select gen_random_uuid(), ${ada.id}, gen_random_uuid(), now(), now(), 20 from generate_series(1, 5000)`;
  await sql`
    insert into messages
    select id, n, gen_random_uuid(), user1_id, 'one of many', now()
    from conversations, generate_series(1, 20) n where last_seq = 20`;
  await sql`vacuum analyze`;

  // As the statistics count what the server's own statements touch.
  const before = await countScans(sql);
  const second = await start();
  const reader = await personAt(second.url, ben.id);
  for (const order of ['asc', 'desc'])
    await reader.get(`/api/chat/conversations/${id}/messages/?limit=50&order=${order}`);
  await reader.send(id, 'one more');
  await reader.post(`/api/chat/conversations/${id}/read/`, { seq: 60 });
  await stop(second);
  const after = await countScans(sql);
  const used = [...after].filter(([name, scans]) => scans > (before.get(name) ?? 0)).map(([name]) => name);
  expect(used).toHaveLength(1);

  // As the plan says, whether it was made for this conversation or for any: the latter is pruned when it is executed.
  await sql`set plan_cache_mode = force_generic_plan`;
  await sql.unsafe(`
    prepare page as select * from messages m join users u on u.id = m.sender_id
    where m.conversation_id = $1 and m.seq < $2 order by m.seq desc limit 50`);
  const explain = async () => {
    const lines = await sql.unsafe(`explain (analyze, costs off) execute page ('${id}', 60)`);
    return lines.map((line) => line['QUERY PLAN']).join('\n');
  };
  const generic = await explain();
  expect(generic).toContain('Subplans Removed: 15');
  await sql`set plan_cache_mode = force_custom_plan`;
  const custom = await explain();
  for (const plan of [generic, custom]) {
    expect(new Set(plan.match(/messages_\d+/g))).toEqual(new Set(used));
    expect(plan).not.toContain('Seq Scan on messages');
  }
});
