import { randomUUID } from 'node:crypto';
import { PATIENCE_MS } from '@duet/testing/wait';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../harness/cluster.ts';
import { type Answer, entity, expectProblem, request } from '../harness/http.ts';
import { inboxOf, nextOf } from '../harness/inbox.ts';
import { type Link, link } from '../harness/link.ts';
import {
  JWT_SECRET,
  mint,
  type Person,
  personAt,
  startServerOn,
  type TestServer,
} from '../harness/server.ts';
import { connectInbox } from '../harness/socket.ts';

// PROTOCOL 6, scenario 9: the database goes away, in the ways that it can, and comes back.

let cluster: Cluster;
let way: Link;
let server: TestServer;
/** Another node, which reaches the database on a way of its own. */
let other: TestServer;
beforeAll(async () => {
  cluster = await startCluster();
  way = await link(cluster.url);
  const env = { JWT_SECRET, RATE_LIMITS: 'off' };
  server = await startServerOn({ ...env, DATABASE_URL: way.url });
  other = await startServerOn({ ...env, DATABASE_URL: cluster.url });
});
afterAll(async () => {
  await server.stop();
  await other.stop();
  await way.close();
  await cluster.stop();
});

async function expectUnavailable(work: () => Promise<Answer>): Promise<void> {
  const answer = await work();
  expectProblem(answer, 503, 'unavailable');
  // What any request that takes 20 s gets. A database that says nothing is taken for away after 3 s.
  expect(answer.text).not.toContain('it takes too long');
  expect(answer.headers.get('retry-after')).toBe('1');
}

const CROWD = 200;
const ME = '/api/chat/users/me/';
async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

const messagesOf = (id: string) => `/api/chat/conversations/${id}/messages/`;
const readyz = (at = server) => request(at.url, 'GET', '/readyz');
const isReady = (at = server) =>
  expect.poll(async () => (await readyz(at)).status, { timeout: PATIENCE_MS, interval: 50 }).toBe(200);
const contents = async (person: Person, id: string) =>
  (await person.get(messagesOf(id))).as(entity.page).results.map(({ content }) => content);
/** What somebody who watches the log would be woken by. */
const complaints = (from: number, at = server) =>
  at.log.slice(from).flatMap((line): string[] => {
    const { level, msg } = JSON.parse(line);
    return level >= 40 ? [msg] : [];
  });
const told = (what: string, from: number) =>
  server.log.slice(from).filter((line) => line.includes(`"${what}"`)).length;

describe.each([
  { how: 'killed', isShared: true, go: () => cluster.kill(), comeBack: () => cluster.start() },
  { how: 'shut down', isShared: true, go: () => cluster.shutDown(), comeBack: () => cluster.start() },
  { how: 'cut off', isShared: false, go: async () => way.cut(), comeBack: async () => way.mend() },
  {
    how: 'silent, its connections open',
    isShared: false,
    go: async () => way.freeze(),
    comeBack: async () => way.mend(),
  },
])('6.9 the database is $how', ({ isShared, go, comeBack }) => {
  test('requests get 503 soon, nothing is half-done, sockets go on, and hear what they missed', async () => {
    const [ada, ben] = [await server.person('ada'), await server.person('ben')];
    const { id } = await ada.open(ben);
    const [mine, theirs] = [await ada.connect(id), await ben.connect(id)];
    const inbox = await inboxOf(ben);
    const from = server.log.length;
    const fromOther = other.log.length;
    await go();

    const unanswered = { content: 'no answer', message_id: randomUUID() };
    const send = () => ada.post(messagesOf(id), unanswered);
    const requests = [
      send,
      () => ada.get(messagesOf(id)),
      () => ada.get('/api/chat/conversations/'),
      () => ada.post('/api/chat/conversations/', { target_user_id: ben.id }),
      () => ada.post(`/api/chat/conversations/${id}/read/`, { seq: 0 }),
      () =>
        request(server.url, 'POST', '/api/auth/token/', {
          json: { username: 'ada', password: 'long enough' },
        }),
      () => readyz(),
    ];
    await Promise.all(requests.map(expectUnavailable));
    // From now on nobody asks it: that takes about as long as what has nothing to do with it.
    const without = await timeOf(() => Promise.all(requests.map(() => request(server.url, 'GET', ME))));
    const away = await timeOf(() => Promise.all(requests.map(expectUnavailable)));
    expect(away).toBeLessThan(50 * without + 1000);
    await Promise.all(Array.from({ length: CROWD }, () => expectUnavailable(() => ada.get(messagesOf(id)))));
    const overTrpc = await ada.postRaw(
      '/trpc/messages.send',
      JSON.stringify({ conversation_id: id, content: 'x' }),
    );
    expect(overTrpc.status).toBe(503);
    expect((await request(server.url, 'GET', '/healthz')).status).toBe(200);

    const message_id = randomUUID();
    mine.send({ message: 'not now', message_id });
    expect(await mine.next()).toMatchObject({ type: 'error', code: 'unavailable', message_id });
    inbox.send({ type: 'read', conversation_id: id, seq: 0 });
    expect(await nextOf(inbox, 'error')).toMatchObject({ code: 'unavailable', frame: 'read' });
    expect(await (await ada.connect(id)).closed).toEqual({ code: 1013, reason: 'unavailable' });
    const stranger = await mint({ sub: randomUUID() });
    const closed = (await connectInbox(server.url, { query: `?token=${stranger}` })).closed;
    expect(await closed).toEqual({ code: 1013, reason: 'unavailable' });

    // Another node goes on, if it can.
    const elsewhere = isShared ? [] : ['from elsewhere'];
    if (!isShared) await (await personAt(other.url, ada.id)).send(id, 'from elsewhere');

    await comeBack();
    await isReady();
    if (isShared) await isReady(other);
    const heard = async () => (await theirs.next()).type === 'chat_message';
    for (const _ of elsewhere) expect(await heard()).toBe(true);
    if (!isShared)
      expect(await nextOf(inbox, 'conversation')).toMatchObject({ conversation: { id, last_seq: 1 } });

    // The retry settles it: there is one, whichever try it was that stored it.
    const again = await send();
    expect([200, 201]).toContain(again.status);
    expect(again.as(entity.message)).toMatchObject({ content: 'no answer', seq: elsewhere.length + 1 });
    expect(await theirs.next()).toMatchObject({ message: 'no answer' });
    mine.send({ message: 'on it goes', message_id });
    expect(await theirs.next()).toMatchObject({ message: 'on it goes', seq: elsewhere.length + 2 });
    expect(await contents(ada, id)).toEqual(['on it goes', 'no answer', ...elsewhere]);

    // And what other nodes commit comes again: it is listened to.
    await isReady(other);
    await expect
      .poll(() => told('events of other nodes may have been missed', from), { timeout: PATIENCE_MS })
      .toBeGreaterThan(0);
    await (await personAt(other.url, ada.id)).send(id, 'from the other node');
    expect(await theirs.next()).toMatchObject({ message: 'from the other node', seq: elsewhere.length + 3 });

    expect(told('the database is away', from)).toBe(1);
    expect(told('the database is back', from)).toBe(1);
    // Not one for each request that failed.
    expect(complaints(from).length).toBeLessThan(CROWD / 2);
    expect(new Set(complaints(from)).size).toBeLessThanOrEqual(8);
    expect(complaints(from)).not.toContain('a request failed');
    expect(new Set(complaints(fromOther, other)).size).toBeLessThanOrEqual(8);
    await Promise.all([mine, theirs, inbox].map((socket) => socket.close()));
  });
});

test('6.9 a connection that breaks while it is asked says nothing of the database', async () => {
  await isReady(); // by now there is a connection that is asked
  const from = server.log.length;
  way.loseAnswers();
  expect((await readyz()).status).toBe(200);
  expect(told('the database is away', from)).toBe(0);
});
