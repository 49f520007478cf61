import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { pass, startClock, stopClock } from '../harness/clock.ts';
import { entity, expectProblem } from '../harness/http.ts';
import { inboxOf, nextOf, sync } from '../harness/inbox.ts';
import { mint, Person, startServer, type TestServer } from '../harness/server.ts';
import { bounded } from '../harness/socket.ts';

// PROTOCOL 1.2, 1.4 and 2: the server's clock is set. Only `Date` is: timers know nothing of it.

const HOUR_MS = 3_600_000;

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ RATE_LIMITS: 'off', HEARTBEAT_SECONDS: '1' });
});
let begun: number;
beforeEach(() => {
  stopClock();
  begun = Date.now();
});
afterEach(startClock);
afterAll(() => server.stop());

const setClock = (aheadMs: number) => vi.setSystemTime(begun + aheadMs);

const inADay = () => Math.floor(Date.now() / 1000) + 86_400;
async function somebody(): Promise<Person> {
  const { id, url } = await server.person();
  return new Person(url, id, await mint({ sub: id, exp: inADay() }));
}
const times = async (person: Person, id: string) =>
  (await person.get(`/api/chat/conversations/${id}/messages/?order=asc`))
    .as(entity.page)
    .results.map(({ seq, timestamp }) => ({ seq, timestamp }));

test.each([
  { how: 'an hour back', steps: [-HOUR_MS] },
  { how: 'an hour ahead and back again', steps: [HOUR_MS, 0] },
])('$how: a conversation’s order and times do not go backwards, and live is live', async ({ steps }) => {
  const [ada, ben, eve] = [await somebody(), await somebody(), await somebody()];
  const { id } = await ada.open(ben);
  const other = await ada.open(eve);
  const [socket, inbox] = [await ben.connect(id), await inboxOf(ben)];
  const { cursor } = await sync(inbox);
  await ada.send(id, 'before');
  await ada.send(other.id, 'before');
  for (const ahead of steps) {
    setClock(ahead);
    await ada.send(id, 'after');
    socket.send({ message: 'after' });
    await nextOf(inbox, 'chat_message');
  }
  const written = await times(ada, id);
  expect(written.map(({ seq }) => seq)).toEqual(written.map((_, i) => i + 1));
  expect(written.map(({ timestamp }) => timestamp)).toEqual(written.map(({ timestamp }) => timestamp).sort());
  expect((await socket.take(written.length)).map((frame) => 'seq' in frame && frame.seq)).toEqual(
    written.map(({ seq }) => seq),
  );
  // Each page of the list follows the one before, and catching up names what changed.
  const listed: string[] = [];
  let path: string | undefined = '/api/chat/conversations/?limit=1';
  while (path !== undefined) {
    const page = await ada.get(path);
    listed.push(...page.as(entity.conversations).map((conversation) => conversation.id));
    path = /<([^>]+)>/.exec(page.headers.get('link') ?? '')?.[1];
  }
  expect(listed.toSorted()).toEqual([id, other.id].toSorted());
  expect(
    (await sync(inbox, cursor ?? undefined)).conversations.map((conversation) => conversation.id),
  ).toEqual([id]);
  await Promise.all([socket, inbox].map((each) => each.close()));
});

test('tokens are judged by the clock, also those that were good a moment ago', async () => {
  const { id, url } = await server.person();
  const ada = new Person(url, id, await mint({ sub: id, exp: begun / 1000 + 60 }));
  const me = (person: Person) => person.get('/api/chat/users/me/');
  expect((await me(ada)).status).toBe(200);
  setClock(2 * 60_000);
  expectProblem(await me(ada), 401, 'token_expired');
  const early = new Person(
    url,
    id,
    await mint({ sub: id, exp: inADay(), nbf: Math.floor(Date.now() / 1000) }),
  );
  expect((await me(early)).status).toBe(200);
  setClock(0);
  expect((await me(ada)).status).toBe(200);
  setClock(-HOUR_MS);
  expect((await me(new Person(url, id, await mint({ sub: id, exp: inADay() })))).status).toBe(200);
});

test('a socket lives as long as its token had, whatever the clock says meanwhile', async () => {
  const { id, url } = await server.person();
  const exp = begun / 1000 + 2;
  const [ada, ben] = [new Person(url, id, await mint({ sub: id, exp })), await server.person()];
  const { id: conversation } = await ada.open(ben);
  const socket = await ada.connect(conversation);
  setClock(-HOUR_MS);
  socket.send({ message: 'still here' });
  expect(await socket.next()).toMatchObject({ message: 'still here' });
  pass(1999);
  socket.ws.ping();
  await bounded('the pong', once(socket.ws, 'pong'));
  expect(socket.ws.readyState).toBe(socket.ws.OPEN);
  pass(1);
  expect(await socket.closed).toEqual({ code: 4401, reason: 'token_expired' });
});

test('who is online, and who is typing, is told by a clock of its own', async () => {
  const [ada, ben] = [await somebody(), await somebody()];
  const { id } = await ada.open(ben);
  const inbox = await inboxOf(ben);
  setClock(-HOUR_MS);
  inbox.send({ type: 'presence', conversation_ids: [id] });
  expect(await nextOf(inbox, 'presence')).toMatchObject({ user_id: ada.id, online: false });
  const theirs = await inboxOf(ada);
  expect(await nextOf(inbox, 'presence')).toMatchObject({ user_id: ada.id, online: true });
  theirs.send({ type: 'typing', conversation_id: id, typing: true });
  expect(await nextOf(inbox, 'typing')).toMatchObject({ typing: true });
  pass(6000);
  expect(await nextOf(inbox, 'typing')).toMatchObject({ typing: false });
  await Promise.all([inbox, theirs].map((each) => each.close()));
});
