import { randomUUID } from 'node:crypto';
import { createPostgres } from '@duet/testing/database';
import { PATIENCE_MS } from '@duet/testing/wait';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectProblem } from '../harness/http.ts';
import { JWT_SECRET, Person, startServerOn, type TestServer } from '../harness/server.ts';

// What the sends of many do to each other when they share a commit, shown by locks that somebody else holds.

let server: TestServer;
let other: TestServer;
let sql: postgres.Sql;
let database: Awaited<ReturnType<typeof createPostgres>>;
beforeAll(async () => {
  database = await createPostgres();
  const env = { ...database.env, JWT_SECRET, SEND_QUEUE_MAX: '8' };
  server = await startServerOn(env);
  other = await startServerOn(env);
  sql = postgres(database.url, { max: 2, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await server.stop();
  await other.stop();
  await database.drop();
});

/** Does something while another session holds a lock, and lets go when it is done. */
async function whileLocked(lock: string, work: () => Promise<void>): Promise<void> {
  await sql.begin(async (tx) => {
    await tx.unsafe(lock);
    await work();
  });
}

async function pair() {
  const [ada, ben] = [await server.person(), await server.person()];
  return { ada, ben, id: (await ada.open(ben)).id };
}

test('conversations that are locked keep only their own messages waiting, and these come in order', async () => {
  const [free, ...stuck] = [await pair(), await pair(), await pair()];
  const ids = stuck.map(({ id }) => `'${id}'`);
  const sockets = await Promise.all(stuck.map(({ ada, id }) => ada.connect(id)));
  await whileLocked(`select * from conversations where id in (${ids}) for update`, async () => {
    // Every batch that may be under way waits for a lock, until it gives up and leaves these to themselves.
    for (const socket of sockets) for (const message of ['1', '2', '3']) socket.send({ message });
    const sent = [await free.ada.send(free.id, 'with them'), await free.ada.send(free.id, 'after them')];
    expect(sent.map(({ seq }) => seq)).toEqual([1, 2]);
    for (const socket of sockets) expect(socket.untaken).toEqual([]);
  });
  for (const socket of sockets) {
    const frames = await socket.take(3);
    expect(frames.map((frame) => 'message' in frame && frame.message)).toEqual(['1', '2', '3']);
    await socket.close();
  }
});

test('3.6, 4.2: more than may wait is refused as busy, nothing of it is stored, and later it goes through', async () => {
  const { ada, id } = await pair();
  const path = `/api/chat/conversations/${id}/messages/`;
  const socket = await ada.connect(id);
  const bodies = Array.from({ length: 12 }, (_, n) => ({ content: `${n}`, message_id: randomUUID() }));
  let answers: Awaited<ReturnType<Person['post']>>[] = [];
  await whileLocked('lock table messages in access exclusive mode', async () => {
    const posted = bodies.map((body) => ada.post(path, body));
    // The refused ones are answered at once, the others when the lock is gone.
    const refused = await Promise.all(
      [0, 1, 2, 3].map(() => Promise.race(posted.map(async (answer) => (await answer).status))),
    );
    expect(refused).toEqual([503, 503, 503, 503]);
    const message_id = randomUUID();
    socket.send({ message: 'too much', message_id });
    expect(await socket.next()).toMatchObject({ type: 'error', code: 'busy', message_id });
    void Promise.all(posted).then((all) => (answers = all));
  });
  await expect.poll(() => answers.length, { timeout: PATIENCE_MS }).toBe(12);
  const busy = answers.filter(({ status }) => status === 503);
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(8);
  for (const answer of busy) {
    expectProblem(answer, 503, 'busy');
    expect(answer.headers.get('retry-after')).toBe('1');
  }
  expect(await ada.conversation(id)).toMatchObject({ last_seq: 8 });
  let stored = 0;
  for (const body of bodies) if ((await ada.post(path, body)).status === 201) stored += 1;
  expect(stored).toBe(busy.length);
  expect(await ada.conversation(id)).toMatchObject({ last_seq: 12 });
  await socket.close();
});

test('two nodes that send to the same conversations, the same ids among them, neither deadlock nor double', async () => {
  const pairs = await Promise.all([0, 1, 2].map(pair));
  const ids = Array.from({ length: 10 }, () => randomUUID());
  for (let round = 0; round < 10; round += 1) {
    // Both nodes at once, in opposite orders; the queue holds eight.
    const message_id = ids[round];
    const sends = [server, other].flatMap(({ url }, node) =>
      (node ? pairs : pairs.toReversed()).map(({ ada, id }) =>
        new Person(url, ada.id, ada.token).send(id, `${round}`, message_id),
      ),
    );
    const sent = await Promise.all(sends);
    expect(new Set(sent.map(({ seq }) => seq))).toEqual(new Set([round + 1]));
  }
  expect(server.log.concat(other.log).join('\n')).not.toMatch(/deadlock/);
});
