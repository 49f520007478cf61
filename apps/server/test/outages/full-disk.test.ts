import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { copyTemplate } from '@duet/testing/database';
import { PATIENCE_MS } from '@duet/testing/wait';
import postgres from 'postgres';
import { afterEach, expect, test } from 'vitest';
import { startCluster } from '../harness/cluster.ts';
import { entity, expectProblem, request } from '../harness/http.ts';
import { inboxOf, nextOf } from '../harness/inbox.ts';
import { JWT_SECRET, startServerOn, type TestServer } from '../harness/server.ts';
import { createVolume, type Volume } from '../harness/volume.ts';

// PROTOCOL 6, scenario 9: there is no room for one message more.

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each();
});

/** What no compressor can shrink. */
const large = () => randomBytes(7000).toString('base64');

async function expectToBearAFullDisk(server: TestServer, volume: Volume): Promise<void> {
  const [ada, ben] = [await server.person('ada'), await server.person('ben')];
  const { id } = await ada.open(ben);
  const path = `/api/chat/conversations/${id}/messages/`;
  const [socket, inbox] = [await ben.connect(id), await inboxOf(ada)];
  const from = server.log.length;
  volume.fill();

  // What is left of pages that were there already is used up first.
  const attempts: { content: string; message_id: string }[] = [];
  const refused = async () => {
    const attempt = { content: large(), message_id: randomUUID() };
    attempts.push(attempt);
    const answer = await ada.post(path, attempt);
    if (answer.status !== 201) {
      expectProblem(answer, 503, 'unavailable');
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    return answer.status === 503;
  };
  await expect.poll(refused, { timeout: PATIENCE_MS, interval: 1 }).toBe(true);
  await Promise.all(Array.from({ length: 20 }, refused));
  const message_id = randomUUID();
  inbox.send({ type: 'chat_message', conversation_id: id, message: large(), message_id });
  expect(await nextOf(inbox, 'error')).toMatchObject({ code: 'unavailable', message_id });

  // What is there can be read, and of what was refused there is nothing.
  expect((await request(server.url, 'GET', '/readyz')).status).toBe(200);
  const before = await ben.conversation(id);
  const { results } = (await ben.get(`${path}?order=asc&limit=100`)).as(entity.page);
  expect(results.map(({ seq }) => seq)).toEqual(results.map((_, i) => i + 1));
  expect(before).toMatchObject({ last_seq: results.length, unread_count: results.length });

  volume.free();
  for (const attempt of attempts) expect([200, 201]).toContain((await ada.post(path, attempt)).status);
  expect(await ben.conversation(id)).toMatchObject({
    last_seq: attempts.length,
    unread_count: attempts.length,
  });
  const heard = await socket.take(attempts.length);
  expect(heard.map((frame) => 'seq' in frame && frame.seq)).toEqual(attempts.map((_, i) => i + 1));
  expect(server.log.slice(from).filter((line) => line.includes('"reason":"53100"')).length).toBe(1);
  expect(server.log.slice(from).filter((line) => line.includes('"level":50'))).toEqual([]);
  await socket.close();
  await inbox.close();
}

test('PostgreSQL: the tables have no room', async () => {
  const volume = createVolume(48);
  undo.push(() => volume.drop());
  const cluster = await startCluster();
  undo.push(() => cluster.stop());
  cluster.own(volume.folder);
  const sql = postgres(cluster.adminUrl.replace(/duet$/, 'postgres'), { max: 1, onnotice: () => {} });
  await sql`create tablespace small location ${sql.unsafe(`'${volume.folder}'`)}`;
  await sql`alter database duet set tablespace small`;
  await sql.end();
  const server = await startServerOn({ DATABASE_URL: cluster.url, JWT_SECRET, RATE_LIMITS: 'off' });
  undo.push(() => server.stop());
  await expectToBearAFullDisk(server, volume);
});

test('the embedded database', async () => {
  const volume = createVolume(96);
  undo.push(() => volume.drop());
  const dataDir = join(volume.folder, 'data');
  copyTemplate(dataDir);
  const server = await startServerOn({ DATA_DIR: dataDir, JWT_SECRET, RATE_LIMITS: 'off' });
  undo.push(() => server.stop());
  await expectToBearAFullDisk(server, volume);
});
