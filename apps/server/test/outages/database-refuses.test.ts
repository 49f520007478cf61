import { randomUUID } from 'node:crypto';
import { PATIENCE_MS } from '@duet/testing/wait';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../harness/cluster.ts';
import { type Answer, entity, expectProblem, request } from '../harness/http.ts';
import { inboxOf, nextOf } from '../harness/inbox.ts';
import { JWT_SECRET, type Person, startServerOn, type TestServer } from '../harness/server.ts';

// PROTOCOL 6, scenarios 9 and 10: the database is there, and does not do what it is asked.

let cluster: Cluster;
let server: TestServer;
let sql: postgres.Sql;
beforeAll(async () => {
  cluster = await startCluster();
  server = await startServerOn({ DATABASE_URL: cluster.url, JWT_SECRET, RATE_LIMITS: 'off' });
  sql = postgres(cluster.adminUrl, { max: 20, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await server.stop();
  await cluster.stop();
});

const SOON = { timeout: PATIENCE_MS };

async function chat() {
  const [ada, ben] = [await server.person('ada'), await server.person('ben')];
  return { ada, ben, id: (await ada.open(ben)).id };
}
const messagesOf = (id: string) => `/api/chat/conversations/${id}/messages/`;
const post = (person: Person, id: string, content: string, message_id: string = randomUUID()) =>
  person.post(messagesOf(id), { content, message_id });
const contents = async (person: Person, id: string) =>
  (await person.get(messagesOf(id))).as(entity.page).results.map(({ content }) => content);
const endSessions = () =>
  sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'duet' and pid <> pg_backend_pid()`;
const told = (what: string) => server.log.filter((line) => line.includes(`"${what}"`)).length;

function expectUnavailable(answer: Answer): void {
  expectProblem(answer, 503, 'unavailable');
  expect(answer.headers.get('retry-after')).toBe('1');
}

test('an operator who ends all sessions, again and again, costs no message and no second one', async () => {
  const { ada, ben, id } = await chat();
  const theirs = await ben.connect(id);
  const ids = Array.from({ length: 60 }, () => randomUUID());
  let ended = 0;
  const ending = (async () => {
    for (; ended < 8; ended += 1) await endSessions();
  })();
  const sent = await Promise.all(
    ids.map(async (message_id, n) => {
      for (;;) {
        const answer = await post(ada, id, `${n}`, message_id);
        if (answer.status === 201 || answer.status === 200) return answer.as(entity.message).seq;
        expectUnavailable(answer);
      }
    }),
  );
  await ending;
  expect(sent.toSorted((a, b) => a - b)).toEqual(ids.map((_, n) => n + 1));
  const heard = new Set<number>();
  while (heard.size < ids.length) {
    const frame = await theirs.next();
    if (frame.type === 'chat_message') heard.add(frame.seq);
  }
  await theirs.close();
});

test('one that is taken over, and may only be read, is left for the one that took over', async () => {
  const { ada, id } = await chat();
  const mine = await ada.connect(id);
  const message_id = randomUUID();
  await sql`alter role duet set default_transaction_read_only = on`;
  await endSessions();
  await expect.poll(async () => (await ada.get(messagesOf(id))).status, SOON).toBe(200); // on new connections
  expectUnavailable(await post(ada, id, 'refused', message_id));
  mine.send({ message: 'refused', message_id });
  expect(await mine.next()).toMatchObject({ type: 'error', code: 'unavailable', message_id });
  expect(await contents(ada, id)).toEqual([]);
  // Whoever is connected stays on what may only be read; only a new connection leads to what may be written.
  await sql`alter role duet reset default_transaction_read_only`;
  await expect.poll(async () => (await post(ada, id, 'taken', message_id)).status, SOON).toBe(201);
  expect(await contents(ada, id)).toEqual(['taken']);
  expect(await mine.next()).toMatchObject({ message: 'taken', seq: 1 });
  await mine.close();
});

test('one that takes no more connections: 503, and not ready', async () => {
  const { ada, id } = await chat();
  await sql`alter role duet connection limit 0`;
  await endSessions();
  await expect.poll(async () => (await request(server.url, 'GET', '/readyz')).status, SOON).toBe(503);
  for (const answer of await Promise.all([ada.get(messagesOf(id)), post(ada, id, 'x')]))
    expectUnavailable(answer);
  await sql`alter role duet connection limit -1`;
  await expect.poll(async () => (await post(ada, id, 'y')).status, SOON).toBe(201);
  await expect.poll(async () => (await request(server.url, 'GET', '/readyz')).status, SOON).toBe(200);
});

test.each([
  ['a conflict that goes on', '40001'],
  ['a deadlock that goes on', '40P01'],
  ['a lock that is not to be had', '55P03'],
  ['a statement that was cancelled', '57014'],
  ['a full disk', '53100'],
  ['no memory', '53200'],
  ['a disk that cannot be read', '58030'],
])('%s (%s) is 503 on every transport, is told once, and nothing is stored', async (_, state) => {
  const { ada, id } = await chat();
  const [mine, inbox] = [await ada.connect(id), await inboxOf(ada)];
  await sql.unsafe(`
    create function refuse() returns trigger language plpgsql as
      $$ begin raise exception 'a private word' using errcode = '${state}'; end $$;
    create trigger refuse before insert on messages for each row execute function refuse()`);
  const message_id = randomUUID();
  expectUnavailable(await post(ada, id, 'x', message_id));
  const overTrpc = await ada.postRaw(
    '/trpc/messages.send',
    JSON.stringify({ conversation_id: id, content: 'x', message_id }),
  );
  expect(overTrpc.status).toBe(503);
  expect(overTrpc.headers.get('retry-after')).toBe('1');
  mine.send({ message: 'x', message_id });
  expect(await mine.next()).toMatchObject({ type: 'error', code: 'unavailable', message_id });
  inbox.send({ type: 'chat_message', conversation_id: id, message: 'x', message_id });
  expect(await nextOf(inbox, 'error')).toMatchObject({ code: 'unavailable', message_id });
  await sql`drop function refuse cascade`;
  expect((await ada.conversation(id)).last_seq).toBe(0);
  expect((await post(ada, id, 'x', message_id)).as(entity.message).seq).toBe(1);
  expect(await mine.next()).toMatchObject({ seq: 1 });
  expect(server.log.filter((line) => line.includes(`"reason":"${state}"`)).length).toBe(1);
  expect(told('a request failed') + told('a frame failed') + told('a call failed')).toBe(0);
  await Promise.all([mine.close(), inbox.close()]);
});

/** Holds these rows until the returned function is called. */
async function hold(
  where: (tx: postgres.TransactionSql) => PromiseLike<unknown>,
): Promise<() => Promise<unknown>> {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const { promise: locked, resolve: isLocked } = Promise.withResolvers<void>();
  const transaction = sql.begin(async (tx) => {
    await where(tx);
    isLocked();
    await held;
  });
  await Promise.race([locked, transaction]);
  return () => {
    release();
    return transaction;
  };
}

test('6.10 all connections wait for locks: others get 503 after a while, nothing is half-done, and it goes on', async () => {
  const chats = await Promise.all(Array.from({ length: 12 }, chat));
  const free = await chat();
  const [theirs, message_id] = [await free.ben.connect(free.id), randomUUID()];
  const held = chats.map(({ id }) => id);
  for (const { ada, id } of chats) expect((await post(ada, id, 'unread')).status).toBe(201);
  const release = await hold((tx) => tx`select from conversations where id in ${tx(held)} for update`);
  const reads = chats.map(({ ben, id }) => ben.post(`/api/chat/conversations/${id}/read/`, { seq: 1 }));
  const sends = chats.map(({ ada, id }) => post(ada, id, 'late'));
  await expect
    .poll(async () => {
      const [row] = await sql`select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock'`;
      return row?.['n'];
    }, SOON)
    .toBeGreaterThanOrEqual(6);
  // There is no connection for these.
  const [read, ready] = await Promise.all([
    free.ada.get(messagesOf(free.id)),
    request(server.url, 'GET', '/readyz'),
  ]);
  expect(ready.status).toBe(200); // for the database is there
  if (read.status !== 200) expectUnavailable(read);
  const answers = await Promise.all([...reads, ...sends]);
  for (const answer of answers) expectUnavailable(answer);
  // Sends to others have connections of their own.
  expect((await post(free.ada, free.id, 'free', message_id)).status).toBe(201);
  expect(await theirs.next()).toMatchObject({ message: 'free', message_id });
  await release();
  for (const { ben, id } of chats) {
    expect(await ben.conversation(id)).toMatchObject({ last_seq: 1, read_seq: 0, unread_count: 1 });
    expect((await ben.post(`/api/chat/conversations/${id}/read/`, { seq: 1 })).status).toBe(200);
  }
  expect((await free.ada.get(messagesOf(free.id))).status).toBe(200);
  await theirs.close();
});
