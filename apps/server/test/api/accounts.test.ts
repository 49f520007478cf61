import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pass, startClock, stopClock } from '../harness/clock.ts';
import { entity, expectProblem, request } from '../harness/http.ts';
import { Person, startServer, type TestServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const PASSWORD = 'correct horse';
const post = (path: string, json: unknown) => request(server.url, 'POST', path, { json });
const register = (username: unknown, password: unknown = PASSWORD) =>
  post('/api/auth/register/', { username, password });
const signIn = (username: unknown, password: unknown = PASSWORD) =>
  post('/api/auth/token/', { username, password });
const refresh = (token: unknown) => post('/api/auth/token/refresh/', { refresh: token });
const signOut = (token: unknown) => post('/api/auth/logout/', { refresh: token });
const unique = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;

describe('3.8 register', () => {
  test('makes an account and signs it in', async () => {
    const username = unique('Ada Lovelace');
    const answer = await register(username);
    expect(answer.status).toBe(201);
    const { user, access, expires_in } = answer.as(entity.session);
    expect(user.username).toBe(username);
    expect(expires_in).toBe(900);
    expect(
      (await new Person(server.url, user.id, access).get('/api/chat/users/me/')).as(entity.user),
    ).toEqual(user);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('a name taken in whatever case or Unicode form is 409; of 10 at once one gets it', async () => {
    const name = unique('Zoë');
    const answers = await Promise.all(Array.from({ length: 10 }, () => register(name)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
    for (const same of [name.toUpperCase(), name.normalize('NFD')])
      expectProblem(await register(same), 409, 'username_taken');
    expect((await signIn(name)).status).toBe(200);
  });

  test('names that differ only as a full case folding would have it are one name', async () => {
    for (const [one, same] of [
      ['ΑΣ', 'ας'],
      ['straße', 'STRASSE'],
      ['ǰ', 'J\u030C'],
      ['ﬁn', 'FIN'],
    ] as const) {
      const stem = unique('');
      expect((await register(stem + one)).status).toBe(201);
      expectProblem(await register(stem + same), 409, 'username_taken');
      expect((await signIn(stem + same)).status).toBe(200);
    }
  });

  test('refuses what cannot be a username or a password', async () => {
    for (const name of [
      '',
      ' ',
      ' ada',
      'ada ',
      'a\nb',
      'a\0b',
      '\ud800',
      'x'.repeat(65),
      7,
      null,
      ['ada'],
    ]) {
      expectProblem(await register(name), 400, 'invalid_request', 'username');
    }
    for (const password of [
      '',
      '1234567',
      'x'.repeat(257),
      'with \0 inside',
      ' '.repeat(8),
      12345678,
      null,
    ]) {
      expectProblem(await register(unique('x'), password), 400, 'invalid_request', 'password');
    }
    expectProblem(await post('/api/auth/register/', {}), 400, 'invalid_request', 'password');
  });
});

describe('3.8 signIn', () => {
  test('takes the name in any case; a wrong password and an unknown name look the same', async () => {
    const name = unique('Grace');
    await register(name);
    expect((await signIn(name.toLowerCase())).as(entity.session).user.username).toBe(name);
    const [wrong, unknown] = [
      await signIn(name, 'wrong password'),
      await signIn(unique('nobody'), 'wrong password'),
    ];
    for (const answer of [wrong, unknown]) expectProblem(answer, 401, 'invalid_credentials');
    const bare = (text: string) => text.replace(/"request_id":"[^"]+"/, '');
    expect(bare(unknown.text)).toBe(bare(wrong.text));
    expectProblem(await signIn('a\0b'), 400, 'invalid_request', 'username');
  });

  test('a user of another system has no password here', async () => {
    const name = unique('federated');
    await server.person(name);
    expectProblem(await signIn(name), 401, 'invalid_credentials');
  });
});

describe('3.8 refreshSession and signOut', () => {
  // A used token works once more for 10 s, which a slow machine must not exceed.
  beforeEach(stopClock);
  afterEach(startClock);

  const session = async () => (await register(unique('r'))).as(entity.session);

  test('a refresh token works once, for a session of the same user', async () => {
    const first = await session();
    const second = (await refresh(first.refresh)).as(entity.session);
    expect(second.user).toEqual(first.user);
    expect(second.refresh).not.toBe(first.refresh);
    expect((await refresh(second.refresh)).status).toBe(200);
  });

  test('used again after its successor was, it revokes the whole family, and no other', async () => {
    const first = await session();
    const elsewhere = (await signIn(first.user.username)).as(entity.session);
    const second = (await refresh(first.refresh)).as(entity.session);
    const third = (await refresh(second.refresh)).as(entity.session);
    expectProblem(await refresh(first.refresh), 401, 'invalid_refresh_token');
    expectProblem(await refresh(third.refresh), 401, 'invalid_refresh_token');
    expect((await refresh(elsewhere.refresh)).status).toBe(200);
  });

  test('used again because the answer got lost, it gets another successor; whoever has the lost one ends the family', async () => {
    const first = await session();
    const lost = (await refresh(first.refresh)).as(entity.session);
    const second = (await refresh(first.refresh)).as(entity.session);
    expect(second.user).toEqual(first.user);
    expect(second.refresh).not.toBe(lost.refresh);
    const third = (await refresh(second.refresh)).as(entity.session);
    expectProblem(await refresh(lost.refresh), 401, 'invalid_refresh_token');
    expectProblem(await refresh(third.refresh), 401, 'invalid_refresh_token');
  });

  test('used again after more than 10 s it ends the family, for no answer takes that long', async () => {
    const first = await session();
    const second = (await refresh(first.refresh)).as(entity.session);
    pass(10_001);
    expectProblem(await refresh(first.refresh), 401, 'invalid_refresh_token');
    expectProblem(await refresh(second.refresh), 401, 'invalid_refresh_token');
  });

  test('of 10 uses at once only the successor of the last works, and any other ends the family', async () => {
    const first = await session();
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(first.refresh)));
    const tokens = answers.map((answer) => answer.as(entity.session).refresh);
    expect(new Set(tokens).size).toBe(10);
    const again = [];
    for (const token of tokens) again.push((await refresh(token)).status);
    expect(again.filter((status) => status === 200).length).toBeLessThanOrEqual(1);
    for (const token of tokens) expectProblem(await refresh(token), 401, 'invalid_refresh_token');
  });

  test('after signing out it works no more; signing out twice is no error', async () => {
    const { refresh: token } = await session();
    for (const answer of [await signOut(token), await signOut(token), await signOut('never was one')]) {
      expect(answer.status).toBe(204);
      expect(answer.text).toBe('');
    }
    expectProblem(await refresh(token), 401, 'invalid_refresh_token');
  });

  test('what was never a refresh token is refused', async () => {
    for (const token of ['x', `${randomUUID()}.${'a'.repeat(43)}`, `${randomUUID()}.`, '..', 'a\0b']) {
      expectProblem(await refresh(token), 401, 'invalid_refresh_token');
    }
    for (const token of ['', 7, null, 'x'.repeat(4097)])
      expectProblem(await refresh(token), 400, 'invalid_request', 'refresh');
  });
});

describe('3.9 people', () => {
  test('are found by the beginning of their name in any case, in order, without oneself', async () => {
    const stem = unique('find%_me');
    for (const end of ['B', 'a', 'C\\']) await register(stem + end);
    const asking = (await register(`${stem}-me`)).as(entity.session);
    const me = new Person(server.url, asking.user.id, asking.access);
    const names = async (query: string) =>
      (await me.get(`/api/chat/users/${query}`)).as(entity.users).map(({ username }) => username);
    const search = (text: string) => `?search=${encodeURIComponent(text)}`;
    expect(await names(search(stem.toUpperCase()))).toEqual([`${stem}a`, `${stem}B`, `${stem}C\\`]);
    expect(await names(`${search(stem)}&limit=1`)).toEqual([`${stem}a`]);
    expect(await names(search(`${stem}C\\`))).toEqual([`${stem}C\\`]);
    for (const wildcard of ['%', '_', `${stem.slice(0, -1)}_`, '\\'])
      expect(await names(search(wildcard))).toEqual([]);
    expect((await names('')).length).toBeGreaterThan(0);
    for (const query of ['?limit=0', '?limit=51', '?search=a&limit=x']) {
      expectProblem(await me.get(`/api/chat/users/${query}`), 400, 'invalid_request', 'limit');
    }
    for (const query of [search('x'.repeat(65)), '?search=%00', '?search=a&search=b']) {
      expectProblem(await me.get(`/api/chat/users/${query}`), 400, 'invalid_request', 'search');
    }
  });
});
