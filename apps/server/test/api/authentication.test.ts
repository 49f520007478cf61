import { randomUUID } from 'node:crypto';
import { allOperations } from '@duet/contract';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entity, expectProblem, request } from '../harness/http.ts';
import { JWT_SECRET, mint, startServer, type TestServer } from '../harness/server.ts';
import { connect } from '../harness/socket.ts';

const ME = '/api/chat/users/me/';
let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const now = () => Math.floor(Date.now() / 1000);
const get = (path: string, token?: string) =>
  request(server.url, 'GET', path, token === undefined ? {} : { token });

describe('1.4 what is wrong with a token', () => {
  const bad: [what: string, code: string, token: () => Promise<string> | string][] = [
    ['garbled', 'invalid_token', () => 'garbled'],
    ['three garbled parts', 'invalid_token', () => 'a.b.c'],
    ['expired', 'token_expired', () => mint({ sub: 'a', exp: now() - 1 })],
    ['not yet valid', 'invalid_token', () => mint({ sub: 'a', nbf: now() + 60 })],
    ['alg none', 'invalid_token', () => new UnsecuredJWT({ sub: 'a', exp: now() + 60 }).encode()],
    [
      'another algorithm under the same secret',
      'invalid_token',
      () => mint({ sub: 'a' }, JWT_SECRET, 'HS512'),
    ],
    ['another secret', 'invalid_token', () => mint({ sub: 'a' }, 'x'.repeat(40))],
    [
      'no exp',
      'invalid_token',
      () =>
        new SignJWT({ sub: 'a' })
          .setProtectedHeader({ alg: 'HS256' })
          .sign(new TextEncoder().encode(JWT_SECRET)),
    ],
    ['no sub', 'invalid_token', () => mint({})],
    ['blank sub', 'invalid_token', () => mint({ sub: ' ' })],
    ['sub with NUL', 'invalid_token', () => mint({ sub: 'a\0b' })],
    ['sub too long', 'invalid_token', () => mint({ sub: 'x'.repeat(256) })],
    ['two words', 'invalid_token', () => 'a b'],
    ['exp that is no number', 'invalid_token', () => mint({ sub: 'a', exp: 'soon' })],
  ];

  test.each(bad)('%s', async (_what, code, make) => {
    const token = await make();
    const answer = await get(ME, token);
    expectProblem(answer, 401, code);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    const socket = await connect(`${server.url}/ws/chat/${randomUUID()}/?token=${encodeURIComponent(token)}`);
    expect(await socket.closed).toEqual({ code: 4401, reason: code });
  });

  test('none at all', async () => {
    for (const authorization of [undefined, '', 'Bearer', 'Bearer ', 'Basic YTpi', 'Token x']) {
      const answer = await request(server.url, 'GET', ME, {
        headers: authorization === undefined ? {} : { authorization },
      });
      expectProblem(answer, 401, 'missing_token');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  test('a refresh token is not an access token, nor the other way round', async () => {
    const answer = await request(server.url, 'POST', '/api/auth/register/', {
      json: { username: randomUUID(), password: 'long enough' },
    });
    const { access, refresh } = answer.as(entity.session);
    expect((await get(ME, access)).status).toBe(200);
    expectProblem(await get(ME, refresh), 401, 'invalid_token');
    expectProblem(
      await request(server.url, 'POST', '/api/auth/token/refresh/', { json: { refresh: access } }),
      401,
      'invalid_refresh_token',
    );
  });

  test('every operation that needs a token refuses to go without, before it reads the body', async () => {
    for (const { operation } of allOperations.filter(({ operation }) => operation.auth !== 'none')) {
      const path = operation.path.replace(/\{\w+\}/, randomUUID());
      const answer = await request(server.url, operation.method, path, {
        ...(operation.method !== 'GET' && {
          body: '{broken',
          headers: { 'content-type': 'application/json' },
        }),
      });
      expectProblem(answer, 401, 'missing_token');
    }
  });
});

describe('1.4 provisioning', () => {
  const me = async (claims: Record<string, unknown>) => (await get(ME, await mint(claims))).as(entity.user);

  test('takes the first of preferred_username, username, name', async () => {
    const [a, b, c] = [randomUUID(), randomUUID(), randomUUID()];
    expect(await me({ sub: a, preferred_username: a, username: 'u', name: 'n' })).toEqual({
      id: a,
      username: a,
      display_name: 'n',
    });
    expect(await me({ sub: b, username: b, name: 'n' })).toEqual({ id: b, username: b, display_name: 'n' });
    expect(await me({ sub: c, name: c, preferred_username: 7 })).toEqual({
      id: c,
      username: c,
      display_name: c,
    });
  });

  test('a name that is taken, whatever its case or Unicode form, gets a suffix', async () => {
    const name = `Zoë ${randomUUID()}`;
    expect(await me({ sub: `${name}1`, name })).toMatchObject({ username: name });
    const others = [name, name.toUpperCase(), name.normalize('NFD'), ` ${name} `];
    for (const [i, other] of others.entries()) {
      const { username } = await me({ sub: `${name}-${i}`, name: other });
      expect(username.normalize('NFC').toLowerCase()).toMatch(/^zoë [\da-f-]{36}-[\da-f]{4}$/);
    }
  });

  test('whatever the name is, there is a username', async () => {
    for (const name of [
      undefined,
      '',
      ' ',
      '\0',
      '\ud800',
      'x'.repeat(500),
      `a\nb${randomUUID()}`,
      7,
      null,
    ]) {
      const { username } = await me({ sub: randomUUID(), ...(name !== undefined && { name }) });
      expect(username).toMatch(/^[^\p{Cc}\ud800]{1,64}$/u);
      expect(username).toBe(username.trim());
    }
  });

  test('20 first requests at once make one user', async () => {
    const sub = randomUUID();
    const token = await mint({ sub, name: sub });
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(ME, token)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.as(entity.user)).toEqual({ id: sub, username: sub, display_name: sub });
  });
});

test('no token gets into the log, from wherever it came', async () => {
  const ada = await server.person();
  const ben = await server.person();
  const { id } = await ada.open(ben);
  const socket = await ada.connect(id);
  socket.send({ message: 'a private word' });
  await socket.next();
  await socket.close();
  await get(`${ME}?token=${ada.token}`);
  await get(`/nowhere/?token=${ada.token}`, ada.token);
  const refused = await connect(`${server.url}/ws/chat/${id}/?token=${ada.token}x`);
  await refused.closed;
  const signature = ada.token.split('.')[2] ?? '';
  expect(server.log.length).toBeGreaterThan(0);
  expect(server.log.join('')).toContain(id);
  expect(server.log.join('')).not.toContain(signature);
  expect(server.log.join('')).not.toContain('a private word');
});
