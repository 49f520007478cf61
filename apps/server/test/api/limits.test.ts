import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, entity, expectProblem, request } from '../harness/http.ts';
import { inboxOf, nextOf, sync } from '../harness/inbox.ts';
import { METRICS_TOKEN, readMetrics } from '../harness/metrics.ts';
import { type Person, startServer, type TestServer } from '../harness/server.ts';
import { bounded, connect, connectInbox } from '../harness/socket.ts';

// A tenth of what PROTOCOL 3.11 says: 10 messages, 6 conversations, 12 searches, and so on. Whoever is on the other side of the proxy that is trusted here has
// an address of their own in every test.

let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    RATE_LIMITS: '0.1',
    TRUST_PROXY: '1',
    HEARTBEAT_SECONDS: '60',
    METRICS_TOKEN,
  });
});
afterAll(() => server.stop());

let hosts = 0;
const newAddress = () => `198.18.${++hosts >> 8}.${hosts & 255}`;
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
const postFrom = (address: string, path: string, json: unknown) =>
  request(server.url, 'POST', path, { json, ...from(address) });
const signIn = (address: string, username: string, password: string) =>
  postFrom(address, '/api/auth/token/', { username, password });
const unique = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;

/** One after the other, as clients' requests come. */
async function times(count: number, ask: (n: number) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let n = 0; n < count; n += 1) answers.push(await ask(n));
  return answers;
}
const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status);

/** Held against 3.11: the code, and one and the same time to wait in header and body. */
function expectLimited(answer: Answer | undefined, seconds: number): void {
  if (!answer) throw new Error('there is no answer');
  expectProblem(answer, 429, 'rate_limited');
  const { retry_after } = answer.as(entity.problem);
  expect(answer.headers.get('retry-after')).toBe(String(retry_after));
  expect(retry_after).toBeGreaterThanOrEqual(1);
  expect(retry_after).toBeLessThanOrEqual(seconds);
}

const strangers = () => Promise.all([server.person('ada'), server.person('ben')]);
const messagesOf = (id: string) => `/api/chat/conversations/${id}/messages/`;

describe('3.11 what a user may do', () => {
  test('messages beyond are refused and not stored, a repeated one counts, and the other side is free to write', async () => {
    const [ada, ben] = await strangers();
    const { id } = await ada.open(ben);
    const message_id = randomUUID();
    const send = () => ada.post(messagesOf(id), { content: 'again', message_id });
    expect(statuses(await times(10, send))).toEqual([201, ...Array(9).fill(200)]);
    expectLimited(await ada.post(messagesOf(id), { content: 'one more' }), 5);
    expectLimited(await send(), 5);
    expect(await ben.conversation(id)).toMatchObject({ last_seq: 1 });
    expect((await ben.post(messagesOf(id), { content: 'and I?' })).status).toBe(201);
  });

  test('conversations, searches and everything else have limits of their own', async () => {
    const [ada, ben] = await strangers();
    const open = () => ada.post('/api/chat/conversations/', { target_user_id: ben.id });
    const search = () => ada.get('/api/chat/users/?search=a');
    const me = () => ada.get('/api/chat/users/me/');
    expect(statuses(await times(6, open))).toEqual([201, ...Array(5).fill(200)]);
    expectLimited(await open(), 60);
    expect(new Set(statuses(await times(12, search)))).toEqual(new Set([200]));
    expectLimited(await search(), 60);
    expect(new Set(statuses(await times(59, me)))).toEqual(new Set([200])); // and one when ada came
    expectLimited(await me(), 10);
    expect((await ben.get('/api/chat/users/me/')).status).toBe(200);
  });

  test('/trpc counts with REST, each call of a batch by itself', async () => {
    const [ada, ben] = await strangers();
    const batch = Object.fromEntries(Array.from({ length: 7 }, (_, n) => [n, { target_user_id: ben.id }]));
    const path = `/trpc/${Array(7).fill('conversations.open').join()}?batch=1`;
    const answer = await ada.post(path, batch);
    const codes = [...answer.text.matchAll(/"code":"rate_limited"/g)];
    expect([answer.status, codes.length]).toEqual([207, 1]);
    const single = await ada.post('/trpc/conversations.open', { target_user_id: ben.id });
    expect(single.status).toBe(429);
    expect(Number(single.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await ada.post('/api/chat/conversations/', { target_user_id: ben.id })).status).toBe(429);
  });
});

const full = { code: 4429, reason: 'rate_limited' };

describe('3.11 what sockets may do', () => {
  test('a conversation’s socket: frames beyond are refused, whatever is in them, and who goes on is sent away', async () => {
    const [ada, ben] = await strangers();
    const { id } = await ada.open(ben);
    const socket = await ada.connect(id);
    for (let n = 0; n < 9; n += 1) socket.send({ message: `${n}` });
    socket.send('no frame');
    const message_id = randomUUID();
    socket.send({ message: 'one more', message_id });
    const frames = await socket.take(11);
    const errors = frames.filter((frame) => frame.type === 'error');
    expect(errors.map(({ code }) => code).sort()).toEqual(['invalid_frame', 'rate_limited']);
    expect(errors.find(({ code }) => code === 'rate_limited')).toMatchObject({
      message_id,
      retry_after: expect.toSatisfy((seconds: number) => seconds >= 1 && seconds <= 5),
    });
    for (let n = 0; n < 299; n += 1) socket.send({ message: 'regardless' });
    expect(await socket.closed).toEqual({ code: 4429, reason: 'rate_limited' });
    expect(await ben.conversation(id)).toMatchObject({ last_seq: 9 });
  });

  test('of a flood the server looks into no more than it takes to send it away', async () => {
    const [ada, ben] = await strangers();
    const { id } = await ada.open(ben);
    const socket = await ada.connect(id);
    const seen = async () =>
      (await readMetrics(server.url)).of(
        'duet_socket_frames_received_total',
        'kind="conversation",type="chat_message"',
      ) ?? 0;
    const before = await seen();
    for (let n = 0; n < 20_000; n += 1) socket.send({ message: 'x' });
    expect(await socket.closed).toEqual({ code: 4429, reason: 'rate_limited' });
    // 10 that were stored, 300 that were refused, and what was at work beside the last of these.
    expect((await seen()) - before).toBeGreaterThanOrEqual(310);
    expect((await seen()) - before).toBeLessThanOrEqual(310 + 32);
  });

  test('a flood that does not stop when it is told to is cut off', async () => {
    const [ada, ben] = await strangers();
    const { id } = await ada.open(ben);
    const { hostname, port } = new URL(server.url);
    const wire = createConnection(Number(port), hostname);
    wire.on('error', () => {}); // what it writes after the end is not taken any more
    const ended = new Promise((resolve) => wire.once('close', resolve));
    wire.write(
      `GET /ws/chat/${id}/?token=${ada.token} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
    );
    await once(wire, 'data');
    // A text frame without a mask: a key of zeros.
    const text = Buffer.from(JSON.stringify({ message: 'on and on' }));
    const frame = Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]);
    const frames = Buffer.concat(Array.from({ length: 500 }, () => frame));
    const pour = () => {
      if (!wire.destroyed) wire.write(frames, pour);
    };
    pour();
    // Who does answer the close has ten seconds for it, and sixty until the next heartbeat.
    await bounded('the end', ended, 8000);
  });

  test('an inbox: messages, syncs and the other frames each have their limit, and the error says what was refused', async () => {
    const [ada, ben] = await strangers();
    const { id: conversation_id } = await ada.open(ben);
    const inbox = await inboxOf(ada);
    const message = { type: 'chat_message', conversation_id, message: 'x' };
    const ids = Array.from({ length: 12 }, () => randomUUID());
    for (const message_id of ids) inbox.send({ ...message, message_id });
    for (const message_id of ids.slice(10))
      expect(await nextOf(inbox, 'error')).toMatchObject({
        code: 'rate_limited',
        frame: 'chat_message',
        conversation_id,
        message_id,
      });
    for (let n = 0; n < 12; n += 1) await sync(inbox);
    inbox.send({ type: 'sync' });
    expect(await nextOf(inbox, 'error')).toMatchObject({ code: 'rate_limited', frame: 'sync' });
    for (let n = 0; n < 15; n += 1) inbox.send({ type: 'ping' });
    for (let n = 0; n < 15; n += 1) inbox.send('no frame');
    for (let n = 0; n < 15; n += 1)
      expect(await nextOf(inbox, 'error')).toMatchObject({ code: 'invalid_frame' });
    inbox.send({ type: 'ping' });
    expect(await nextOf(inbox, 'error')).toMatchObject({ code: 'rate_limited', frame: 'ping' });
    expect(await ben.conversation(conversation_id)).toMatchObject({ last_seq: 10 });
    await inbox.close();
  });

  test('sockets of a user: 5 at once, of either kind, and another one when one has gone', async () => {
    const [ada, ben] = await strangers();
    const { id } = await ada.open(ben);
    const one = await ada.connect(id);
    const others = [await ada.connect(id)];
    const inboxes = [await inboxOf(ada), await inboxOf(ada), await inboxOf(ada)];
    expect(await (await ada.connect(id)).closed).toEqual(full);
    const inbox = await connectInbox(server.url);
    inbox.send({ type: 'auth', token: ada.token });
    expect(await inbox.closed).toEqual(full);
    await (await ben.connect(id)).close();
    await one.close();
    await expect.poll(() => opens(ada, id), { timeout: 10_000 }).toBe(true);
    for (const socket of [...others, ...inboxes]) await socket.close();
  });

  test('sockets of an address: 100 at once, and other addresses are free', async () => {
    const people = await Promise.all(Array.from({ length: 20 }, () => server.person()));
    const address = newAddress();
    const enter = ({ token }: Person, at = address) =>
      connectInbox(server.url, { headers: { ...from(at).headers, authorization: `Bearer ${token}` } });
    const inboxes = [];
    for (const person of people)
      for (let n = 0; n < 5; n += 1) {
        const inbox = await enter(person);
        await nextOf(inbox, 'ready');
        inboxes.push(inbox);
      }
    const late = await server.person();
    expect(await (await enter(late)).closed).toEqual(full);
    const elsewhere = await enter(late, newAddress());
    await nextOf(elsewhere, 'ready');
    for (const inbox of [...inboxes, elsewhere]) await inbox.close();
  });

  test('20 sockets of an address may not have said who they are', async () => {
    const ada = await server.person('ada');
    const [here, there] = [newAddress(), newAddress()];
    const silent = await Promise.all(Array.from({ length: 20 }, () => connectInbox(server.url, from(here))));
    expect(await (await connectInbox(server.url, from(here))).closed).toEqual(full);
    silent[0]?.send({ type: 'auth', token: ada.token });
    if (silent[0]) await nextOf(silent[0], 'ready');
    silent.push(await connectInbox(server.url, from(here))); // one of them is known by now
    expect(await (await connectInbox(server.url, from(here))).closed).toEqual(full);
    await (await connectInbox(server.url, from(there))).close();
    for (const inbox of silent) await inbox.close();
  });

  /** Whether a socket of theirs gets in, and hears what is said. */
  async function opens(person: Person, id: string): Promise<boolean> {
    const socket = await person.connect(id);
    socket.send({ message: 'here' });
    const heard = await socket.next().catch(() => undefined);
    await socket.close();
    return heard?.type === 'chat_message';
  }
});

describe('3.11 what an address may do', () => {
  test('registering, signing in, refreshing, and anything at all', async () => {
    const address = newAddress();
    const name = unique('ada');
    const register = (n: number) =>
      postFrom(address, '/api/auth/register/', { username: `${name}${n}`, password: 'correct horse' });
    expect(statuses(await times(6, register))).toEqual(Array(6).fill(201));
    expectLimited(await register(7), 60);
    const owner = () => signIn(address, `${name}0`, 'correct horse');
    expect(statuses(await times(3, owner))).toEqual(Array(3).fill(200));
    expectLimited(await owner(), 60);
    const refresh = () => postFrom(address, '/api/auth/token/refresh/', { refresh: 'x' });
    expect(statuses(await times(30, refresh))).toEqual(Array(30).fill(401));
    expectLimited(await refresh(), 60);
    expectLimited(await postFrom(address, '/api/auth/logout/', { refresh: 'x' }), 60);
    expect((await signIn(newAddress(), `${name}0`, 'correct horse')).status).toBe(200);
  });

  test('everything together, before a body is read; but for the health checks', async () => {
    const address = newAddress();
    const nothing = () => request(server.url, 'GET', '/nothing', from(address));
    expect(new Set(statuses(await times(300, nothing)))).toEqual(new Set([404]));
    expectLimited(await nothing(), 10);
    const headers = { ...from(address).headers, 'content-type': 'application/json' };
    const body = 'x'.repeat(70_000);
    expect((await request(server.url, 'POST', '/api/auth/token/', { headers, body })).status).toBe(429);
    for (const path of ['/healthz', '/readyz'])
      expect((await request(server.url, 'GET', path, from(address))).status).toBe(200);
    expect((await request(server.url, 'GET', '/nothing', from(newAddress()))).status).toBe(404);
  });

  test('sockets being opened: 200 a minute', async () => {
    const address = newAddress();
    const opened: Promise<number>[] = [];
    for (let n = 0; n < 201; n += 1) {
      const socket = await connect(`${server.url}/ws/chat/${randomUUID()}/`, from(address));
      opened.push(socket.closed.then(({ code }) => code));
    }
    expect(await Promise.all(opened)).toEqual([...Array(200).fill(4401), 4429]);
  });

  test('an IPv6 address counts by its /64, an IPv4 address is the same in either notation', async () => {
    const guess = (address: string) => signIn(address, unique('x'), 'wrong');
    const [net, other] = ['2001:db8:1:1::', '2001:db8:1:2::'];
    expect(statuses(await times(3, (n) => guess(`${net}${n}`)))).toEqual([401, 401, 401]);
    expectLimited(await guess(`${net}ffff`), 60);
    expect((await guess(`${other}1`)).status).toBe(401);
    const four = newAddress();
    expect(statuses(await times(3, () => guess(four)))).toEqual([401, 401, 401]);
    expectLimited(await guess(`::ffff:${four}`), 60);
  });
});

describe('3.11 names', () => {
  test('who guesses is stopped, and the owner signs in from another address meanwhile', async () => {
    const [attacker, home] = [newAddress(), newAddress()];
    const name = unique('victim');
    const account = { username: name, password: 'correct horse' };
    expect((await postFrom(newAddress(), '/api/auth/register/', account)).status).toBe(201);
    expect((await signIn(attacker, name, 'wrong')).status).toBe(401);
    expectLimited(await signIn(attacker, name.toUpperCase(), 'wrong again'), 300);
    expectLimited(await signIn(attacker, name, 'correct horse'), 300); // no oracle
    expect((await signIn(home, name, 'correct horse')).status).toBe(200);
  });

  test('names that there are and names that there are not get the same answers, in the same order', async () => {
    const known = unique('known');
    const account = { username: known, password: 'correct horse' };
    await postFrom(newAddress(), '/api/auth/register/', account);
    const sequenceOf = async (name: string) => {
      const answers: Answer[] = [];
      for (let n = 0; n < 12; n += 1) {
        const address = newAddress();
        answers.push(...(await times(2, () => signIn(address, name, 'wrong'))));
      }
      return answers.map((answer) => [
        answer.status,
        answer.as(entity.problem).detail.replace(/\d+ s$/, 'some s'),
        answer.headers.get('www-authenticate'),
      ]);
    };
    const sequence = await sequenceOf(known);
    expect(await sequenceOf(unique('unknown'))).toEqual(sequence);
    // From ten addresses one try each, and from no other any.
    expect(sequence.map(([status]) => status)).toEqual(
      [...Array(10).fill([401, 429]), ...Array(4).fill(429)].flat(),
    );
  });

  test('where a name is at home its owner gets in while all the world guesses', async () => {
    const [home, cafe] = [newAddress(), newAddress()];
    const name = unique('famous');
    await postFrom(home, '/api/auth/register/', { username: name, password: 'correct horse' });
    expect((await signIn(home, name, 'correct horse')).status).toBe(200);
    const guesses = await times(11, () => signIn(newAddress(), name, 'wrong'));
    expect(statuses(guesses)).toEqual([...Array(10).fill(401), 429]);
    expect((await signIn(cafe, name, 'correct horse')).status).toBe(429);
    expect((await signIn(home, name, 'correct horse')).status).toBe(200);
  });
});
