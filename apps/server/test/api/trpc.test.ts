import { randomUUID } from 'node:crypto';
import { problem } from '@duet/contract';
import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { AppRouter } from '../../src/rest/router.ts';
import { entity, expectProblem, request } from '../harness/http.ts';
import { type Person, startServer, type TestServer } from '../harness/server.ts';

// PROTOCOL 3.10: the same operations for a plain @trpc/client.

let server: TestServer;
let ada: Person;
let ben: Person;
beforeAll(async () => {
  server = await startServer();
  [ada, ben] = [await server.person('ada'), await server.person('ben')];
});
afterAll(() => server.stop());

const clientOf = (token?: string) =>
  createTRPCClient<AppRouter>({
    links: [
      httpBatchLink({
        url: `${server.url}/trpc`,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      }),
    ],
  });

async function problemOf(call: Promise<unknown>) {
  const error = await call.catch((reason: unknown) => reason);
  if (!(error instanceof TRPCClientError)) throw new Error(`no refusal: ${error}`);
  expect(JSON.stringify(error.data)).not.toMatch(/stack|node_modules/);
  return problem.parse(error.data.problem);
}

test('says what REST says', async () => {
  const client = clientOf(ada.token);
  const conversation = await client.conversations.open.mutate({ target_user_id: ben.id });
  const sent = await client.messages.send.mutate({ conversation_id: conversation.id, content: 'over tRPC' });
  const [list, page, me] = await Promise.all([
    client.conversations.list.query({}),
    client.messages.list.query({ conversation_id: conversation.id, limit: 1 }),
    client.users.me.query({}),
  ]);
  expect(list).toEqual((await ada.get('/api/chat/conversations/')).as(entity.conversations));
  expect(page).toEqual(
    (await ada.get(`/api/chat/conversations/${conversation.id}/messages/?limit=1`)).as(entity.page),
  );
  expect(page.results).toEqual([sent]);
  expect(me).toMatchObject({ id: ada.id, username: expect.any(String) });
  const json = { username: randomUUID(), password: 'long enough' };
  const session = await clientOf().auth.register.mutate(json);
  expect((await clientOf(session.access).users.me.query({})).username).toBe(json.username);
});

test('refuses what REST refuses, with the problem', async () => {
  const client = clientOf(ada.token);
  expect(await problemOf(clientOf().users.me.query({}))).toMatchObject({
    status: 401,
    code: 'missing_token',
  });
  expect(await problemOf(clientOf('x').users.me.query({}))).toMatchObject({
    status: 401,
    code: 'invalid_token',
  });
  expect(await problemOf(client.conversations.get.query({ conversation_id: 'x' }))).toMatchObject({
    status: 404,
    code: 'not_found',
  });
  const blank = { conversation_id: 'x', content: ' ' };
  expect(await problemOf(client.messages.send.mutate(blank))).toMatchObject({
    status: 400,
    errors: [{ field: 'content' }],
  });
});

// trpc-to-openapi's own handler makes every schema it meets coerce; these must be refused for good, by both doors.
test('schemas are not changed by requests: what was refused stays refused', async () => {
  const { id } = await ada.open(ben);
  const path = `/api/chat/conversations/${id}/`;
  const refused = async () => {
    expectProblem(await ada.post(`${path}messages/`, { content: 7 }), 400, 'invalid_request', 'content');
    expectProblem(await ada.post(`${path}messages/`, { content: true }), 400, 'invalid_request', 'content');
    expectProblem(await ada.post(`${path}read/`, { seq: '1' }), 400, 'invalid_request', 'seq');
    expectProblem(await ada.post(`${path}read/`, { seq: true }), 400, 'invalid_request', 'seq');
    const limit: unknown = '1';
    const overTrpc = await ada.get(
      `/trpc/messages.list?input=${encodeURIComponent(JSON.stringify({ conversation_id: id, limit }))}`,
    );
    expect(overTrpc.status).toBe(400);
  };
  await refused();
  expect((await ada.get(`${path}messages/?limit=1&before=5`)).status).toBe(200);
  expect((await ada.get('/api/chat/conversations/?limit=1')).status).toBe(200);
  expect((await ada.get('/openapi.json')).status).toBe(200);
  await refused();
});

test('a page of conversations names the next one, as in REST', async () => {
  const cy = await server.person('cy');
  await Promise.all([cy.open(ada), cy.open(ben)]);
  const answer = await cy.get(`/trpc/conversations.list?input=${encodeURIComponent('{"limit":1}')}`);
  const link = answer.headers.get('link') ?? '';
  expect(link).toMatch(/^<http.+\/api\/chat\/conversations\/\?limit=1&cursor=.+>; rel="next"$/);
  const cursor = new URL(link.slice(1, link.indexOf('>'))).searchParams.get('cursor') ?? '';
  expect(await clientOf(cy.token).conversations.list.query({ limit: 1, cursor })).toHaveLength(1);
});

test('the longest batch is answered, a longer one refused', async () => {
  const batch = (n: number) => {
    const input = Object.fromEntries(Array.from({ length: n }, (_, i) => [i, {}]));
    const names = Array.from({ length: n }, () => 'conversations.list').join(',');
    return ada.get(`/trpc/${names}?batch=1&input=${encodeURIComponent(JSON.stringify(input))}`);
  };
  expect((await batch(20)).status).toBe(200);
  const refused = await batch(21);
  expect(refused.status).toBe(400);
  const { error } = z.object({ error: z.object({ message: z.string() }) }).parse(JSON.parse(refused.text));
  expect(error.message).toBe('a batch has at most 20 calls');
});

test('text comes in UTF-8 or not at all, and a page of another origin may ask what is allowed', async () => {
  const { id } = await ada.open(ben);
  const body = new Uint8Array([
    ...Buffer.from(`{"conversation_id":"${id}","content":"`),
    0xff,
    ...Buffer.from('"}'),
  ]);
  expectProblem(await ada.postRaw('/trpc/messages.send', body), 400, 'invalid_request');
  const options = await request(server.url, 'OPTIONS', '/trpc/messages.send');
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
  expect((await request(server.url, 'GET', '/trpc/users.me')).headers.get('www-authenticate')).toBe('Bearer');
});

test('without CORS_ORIGINS no other origin may call', async () => {
  const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
  const answer = await request(server.url, 'OPTIONS', '/trpc/messages.send', { headers });
  expect(answer.status).toBe(204);
  expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control-allow'))).toEqual([]);
});

test('what is refused before it is known which calls it holds is a problem of its request, too', async () => {
  const longBatch = `/trpc/${Array(21).fill('users.me').join(',')}?batch=1`;
  for (const path of [
    longBatch,
    '/trpc/users.me,users.me?batch=1&input={',
    '/trpc/users.me?batch=1&input=[]',
  ]) {
    const headers = { 'x-request-id': 'mine' };
    const answer = await request(server.url, 'GET', path, { token: ada.token, headers });
    expect([answer.status, answer.headers.get('content-type')], path).toEqual([400, 'application/json']);
    const [failed] = [JSON.parse(answer.text)].flat();
    expect(problem.parse(failed.error.data.problem)).toMatchObject({
      code: 'invalid_request',
      request_id: 'mine',
    });
  }
});

test('HEAD is answered', async () => {
  const answer = await request(server.url, 'HEAD', '/trpc/users.me', { token: ada.token });
  expect([answer.status, answer.text]).toEqual([204, '']);
});

test('malformed calls are refused without a word of the inside', async () => {
  for (const path of [
    '/trpc/nothing.here',
    '/trpc/conversations.list?input={',
    '/trpc/conversations.open',
    '/trpc/constructor',
    '/trpc/__proto__',
  ]) {
    const answer = await ada.get(path);
    expect(answer.status, path).toBeGreaterThanOrEqual(400);
    expect(answer.status, path).toBeLessThan(500);
    expect(answer.text).not.toMatch(/node_modules|\.ts:\d/);
  }
  expect((await ada.postRaw('/trpc/conversations.open', '{')).status).toBe(400);
});
