import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgres } from '@duet/testing/database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entity } from '../harness/http.ts';
import { type Link, link } from '../harness/link.ts';
import { JWT_SECRET, type Person, startServerOn, type TestServer } from '../harness/server.ts';

// A network that resets the server's connections to its database while these are in use.

let server: TestServer;
let way: Link;
let database: Awaited<ReturnType<typeof createPostgres>>;
beforeAll(async () => {
  database = await createPostgres();
  way = await link(database.url);
  server = await startServerOn({ DATABASE_URL: way.url, JWT_SECRET });
});
afterAll(async () => {
  await server.stop();
  await way.close();
  await database.drop();
});

const RESETS = 6;
const SENDS_BETWEEN = 40;
const SENDERS = 8;

test('3.6: connections that are reset under load stop nobody from sending, and nothing is lost or doubled', async () => {
  let stored = 0;
  let resets = 0;
  const sendUntilStored = async (person: Person, id: string, content: string) => {
    const json = { content, message_id: randomUUID() };
    for (;;) {
      const answer = await person.post(`/api/chat/conversations/${id}/messages/`, json);
      if (answer.status === 200 || answer.status === 201) break;
      expect([500, 503]).toContain(answer.status);
      await sleep(20); // as any client would
    }
    stored += 1;
    if (resets < RESETS && stored >= SENDS_BETWEEN * (resets + 1)) {
      resets += 1;
      way.reset();
    }
  };
  const total = RESETS * SENDS_BETWEEN + SENDERS;
  const conversations = await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      const [ada, ben] = [await server.person(), await server.person()];
      const { id } = await ada.open(ben);
      return { ada, id, sent: [] as string[] };
    }),
  );
  await Promise.all(
    conversations.map(async ({ ada, id, sent }) => {
      for (let n = 0; n < total / SENDERS; n += 1) {
        sent.push(`${n}`);
        await sendUntilStored(ada, id, `${n}`);
      }
    }),
  );
  expect(resets).toBe(RESETS);
  for (const { ada, id, sent } of conversations) {
    const page = (await ada.get(`/api/chat/conversations/${id}/messages/?order=asc&limit=100`)).as(
      entity.page,
    );
    expect(page.results.map(({ content }) => content)).toEqual(sent);
  }
});

test('4.4: what was sent once comes once, though the answer to its commit got lost', async () => {
  const [ada, ben] = [await server.person(), await server.person()];
  const { id } = await ada.open(ben);
  const socket = await ada.connect(id);
  const first = randomUUID();
  socket.send({ message: 'first', message_id: first });
  await socket.take(1);
  const later = await ada.connect(id);

  way.loseAnswers();
  socket.send({ message: 'committed, and nobody knows' });
  expect(await socket.take(1)).toMatchObject([{ message: 'committed, and nobody knows', seq: 2 }]);
  socket.send({ message: 'the next' });
  expect(await socket.take(1)).toMatchObject([{ message: 'the next', seq: 3 }]);

  // Somebody who comes later and sends it again does get the original, whatever happens to the answer.
  await later.take(2);
  way.loseAnswers();
  later.send({ message: 'first', message_id: first });
  expect(await later.take(1)).toMatchObject([{ message: 'first', seq: 1 }]);
  expect(socket.untaken).toEqual([]);
  await socket.close();
  await later.close();
});
