import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startClock, stopClock } from '../harness/clock.ts';
import { type Answer, entity, expectProblem, request } from '../harness/http.ts';
import { startServer, type TestServer } from '../harness/server.ts';
import { connect } from '../harness/socket.ts';

// A tenth of what PROTOCOL 3.11 says: 10 messages, 6 conversations, 12 searches, and so on. Whoever is on the other side of the proxy that is trusted here has
// an address of their own in every test.

let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    RATE_LIMITS: '0.1',
    TRUST_PROXY: '1',
  });
  stopClock(); // no window ends before a test has done as much as it may
});
afterAll(() => {
  startClock();
  return server.stop();
});

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
