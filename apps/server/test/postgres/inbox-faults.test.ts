import { randomUUID } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import { createPostgres } from '@duet/testing/database';
import { PATIENCE_MS } from '@duet/testing/wait';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inboxOf } from '../harness/inbox.ts';
import { lockTable, waitingFor } from '../harness/lock.ts';
import { JWT_SECRET, type Person, personAt, startServerOn, type TestServer } from '../harness/server.ts';
import { bounded, connectInbox } from '../harness/socket.ts';

// PROTOCOL 7 where the database is slow, or the peer is not one that behaves.

let database: Awaited<ReturnType<typeof createPostgres>>;
let server: TestServer;
let sql: postgres.Sql;
beforeAll(async () => {
  database = await createPostgres();
  server = await startServerOn({ ...database.env, JWT_SECRET, HEARTBEAT_SECONDS: '1' });
  sql = postgres(database.url, { max: 4, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await server.stop();
  await database.drop();
});

/** A socket whose bytes are written by hand, opened with a token. */
async function rawInbox({ token, url }: Person): Promise<{ tcp: Socket; frame(text: string): Buffer }> {
  const tcp = connectTcp(Number(new URL(url).port), '127.0.0.1');
  tcp.on('error', () => {});
  tcp.write(
    `GET /ws/chat/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: duet.v1\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
  await bounded(
    'ready',
    new Promise<void>((resolve) => {
      tcp.on('data', (data) => data.toString().includes('"ready"') && resolve());
    }),
  );
  const frame = (text: string) =>
    Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
  return { tcp, frame };
}

const logged = (text: string, person: Person) =>
  server.log.filter((line) => line.includes(text) && line.includes(person.id)).length;

test('7.1 a token that came in time may take its time to be checked', async () => {
  const ada = await server.person('ada');
  const unlock = await lockTable(sql, 'users');
  const [inbox, silent] = [await connectInbox(server.url), await connectInbox(server.url)];
  inbox.send({ type: 'auth', token: ada.token });
  // The time that one has who says nothing is over.
  expect(await silent.closed).toEqual({ code: 4401, reason: 'missing_token' });
  await unlock();
  expect(await inbox.next()).toMatchObject({ type: 'ready' });
  await inbox.close();
});

test('7.6 a conversation that was opened is shown as it was made, though the other side was quicker to write', async () => {
  const [ada, ben] = [await server.person('ada'), await server.person('ben')];
  const theirs = await connectInbox(server.url, { query: `?token=${ben.token}` });
  await theirs.next();
  await sql`create function wait() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(1); return new; end $$`;
  await sql`create trigger slow before insert on conversations for each row execute function wait()`;
  const holder = await sql.reserve();
  try {
    await holder`select pg_advisory_lock(1)`;
    const opening = ada.open(ben);
    const inserting = () =>
      sql`select 1 from pg_stat_activity where datname = current_database() and query like 'insert into "conversations"%' and state = 'active'`;
    await expect.poll(async () => (await inserting()).length, { timeout: PATIENCE_MS }).toBe(1);
    // Has the table once it is inserted, and before it is read for the answer.
    const writing = sql.begin(async (tx) => {
      await tx`lock table conversations in access exclusive mode`;
      await tx`update conversations set last_seq = 1, user1_unread = 1 where user1_id = ${ada.id}`;
    });
    await expect.poll(() => waitingFor(sql, 'conversations'), { timeout: PATIENCE_MS }).toBe(1);
    await holder`select pg_advisory_unlock(1)`;
    await writing;
    expect(await opening).toMatchObject({ last_seq: 1, unread_count: 1 });
    expect(await theirs.next()).toMatchObject({
      type: 'conversation',
      conversation: { last_seq: 0, unread_count: 0 },
    });
  } finally {
    holder.release();
    await sql`drop function wait cascade`;
    await theirs.close();
  }
});

test('7.6 nobody ends the typing of somebody else', async () => {
  const stem = randomUUID();
  const [victim, stranger] = [await personAt(server.url, `a ${stem}`), await personAt(server.url, stem)];
  const ben = await server.person('ben');
  const { id } = await ben.open(victim);
  const [theirs, mine, hers] = [await inboxOf(ben), await inboxOf(victim), await inboxOf(stranger)];
  mine.send({ type: 'typing', conversation_id: id, typing: true });
  expect(await theirs.next()).toMatchObject({ type: 'typing', typing: true });
  hers.send({ type: 'typing', conversation_id: `${id} a`, typing: false });
  hers.send({ type: 'ping' });
  await hers.next();
  theirs.send({ type: 'ping' });
  expect(await theirs.next()).toMatchObject({ type: 'pong' });
  await Promise.all([theirs, mine, hers].map((inbox) => inbox.close()));
});

test('7.5 who has gone gets no answers, however much they asked for', async () => {
  const ada = await server.person('ada');
  for (let n = 0; n < 3; n += 1) await ada.open(await server.person());
  const { tcp, frame } = await rawInbox(ada);
  tcp.write(Buffer.concat(Array(1500).fill(frame('{"type":"sync","limit":1000}'))));
  await bounded('an answer', new Promise((resolve) => tcp.once('data', resolve)));
  tcp.resetAndDestroy();
  await expect.poll(() => logged('inbox closed', ada), { timeout: PATIENCE_MS }).toBe(1);
  const unlock = await lockTable(sql, 'conversations');
  // Whoever still asked would wait for the lock, one after the other.
  await expect.poll(() => waitingFor(sql, 'conversations'), { timeout: PATIENCE_MS, interval: 200 }).toBe(0);
  await unlock();
});

test('4.5 a peer that never reads is ended, though its frames wait', async () => {
  const ada = await server.person('ada');
  const stem = randomUUID();
  await sql`insert into users (id, username, username_key, created_at)
    select ${stem} || n, n, ${stem} || n, now() from generate_series(1, 900) n`;
  await sql`insert into conversations (id, user1_id, user2_id, created_at, activity_at, last_seq)
    select gen_random_uuid(), ${ada.id}, ${stem} || n, now(), now(), 1 from generate_series(1, 900) n`;
  await sql`insert into messages select id, 1, gen_random_uuid(), user1_id, repeat('€', 9000), now() from conversations
    where user1_id = ${ada.id}`;
  const { tcp, frame } = await rawInbox(ada);
  tcp.pause();
  tcp.write(
    Buffer.concat([frame('{"type":"sync","limit":1000}'), ...Array(40).fill(frame('{"type":"ping"}'))]),
  );
  await expect.poll(() => logged('inbox closed', ada), { timeout: PATIENCE_MS }).toBe(1);
  tcp.destroy();
});
