import { randomUUID } from 'node:crypto';
import { PATIENCE_MS } from '@duet/testing/wait';
import { createTRPCClient, httpBatchLink, httpLink } from '@trpc/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { AppRouter } from '../../src/rest/router.ts';
import { request } from '../harness/http.ts';
import { inboxOf } from '../harness/inbox.ts';
import { type Person, startServer, type TestServer } from '../harness/server.ts';
import { connect, connectInbox } from '../harness/socket.ts';

// One line for whatever was refused, and none that a default LOG_LEVEL shows for what was not.

let server: TestServer;
let ada: Person;
let ben: Person;
let chat: string;
beforeAll(async () => {
  server = await startServer();
  ada = await server.person('ada');
  ben = await server.person('ben');
  chat = (await ada.open(ben)).id;
});
afterAll(() => server.stop());

const line = z.looseObject({ level: z.int(), msg: z.string() });
const INFO = 30;

/** The lines of level `info` and up that came meanwhile. */
async function linesOf(work: () => Promise<unknown>) {
  const from = server.log.length;
  await work();
  const lines = server.log.slice(from).map((text) => line.parse(JSON.parse(text)));
  return lines.filter(({ level }) => level >= INFO);
}

test('a request that is answered has no line', async () => {
  expect(await linesOf(() => ada.send(chat, 'hello'))).toEqual([]);
  expect(await linesOf(() => request(server.url, 'GET', '/docs'))).toEqual([]);
});

test('a refused request has one, with what it was and why, and without its query', async () => {
  const path = `/api/chat/conversations/${chat}/messages/?limit=9999`;
  let id: string | null = null;
  const lines = await linesOf(async () => {
    id = (await ada.get(path)).headers.get('x-request-id');
  });
  expect(lines).toEqual([
    expect.objectContaining({
      level: INFO,
      msg: 'request refused',
      request_id: id,
      operation: 'listMessages',
      method: 'GET',
      route: '/api/chat/conversations/:conversation_id/messages/',
      status: 400,
      code: 'invalid_request',
      ms: expect.any(Number),
    }),
  ]);
  for (const nowhere of ['/nowhere?search=x', '/%zz', '/ws/chat/'])
    expect(await linesOf(() => ada.get(nowhere))).toEqual([
      expect.objectContaining({ operation: 'none', msg: 'request refused', request_id: expect.any(String) }),
    ]);
});

test('a refused call of tRPC has one, alone or in a batch', async () => {
  const headers = { authorization: `Bearer ${ada.token}` };
  for (const link of [httpLink, httpBatchLink]) {
    const client = createTRPCClient<AppRouter>({ links: [link({ url: `${server.url}/trpc`, headers })] });
    const lines = await linesOf(() =>
      Promise.allSettled([
        client.users.me.query({}),
        client.conversations.get.query({ conversation_id: randomUUID() }),
      ]),
    );
    expect(lines).toEqual([
      expect.objectContaining({ msg: 'request refused', procedure: 'conversations.get', code: 'not_found' }),
    ]);
  }
});

test('a refused socket has one', async () => {
  const refused = await linesOf(async () => (await connect(`${server.url}/ws/chat/${chat}/?token=x`)).closed);
  expect(refused).toEqual([
    expect.objectContaining({ msg: 'socket refused', kind: 'conversation', code: 'invalid_token' }),
  ]);
  const inbox = await linesOf(async () => {
    const socket = await connectInbox(server.url);
    socket.send({ type: 'auth', token: 'x' });
    await socket.closed;
  });
  expect(inbox.filter(({ msg }) => msg === 'socket refused')).toEqual([
    expect.objectContaining({ kind: 'inbox', code: 'invalid_token' }),
  ]);
});

test.each(['conversation', 'inbox'] as const)(
  'refused frames of a %s’s socket have five, and a sum at its end',
  async (kind) => {
    const lines = await linesOf(async () => {
      const socket = await (kind === 'inbox' ? inboxOf(ada) : ada.connect(chat));
      for (let i = 0; i < 50; i += 1) socket.send({ type: 'nonsense' });
      for (let i = 0; i < 50; i += 1) await socket.next();
      await socket.close();
      await expect
        .poll(
          () =>
            server.log.some(
              (text) => text.includes('more frames were refused') && text.includes(`"${kind}"`),
            ),
          { timeout: PATIENCE_MS },
        )
        .toBe(true);
    });
    const refused = lines.filter(({ msg }) => msg === 'frame refused');
    expect(refused).toHaveLength(5);
    expect(refused[0]).toMatchObject({ code: 'invalid_frame', frame: 'unknown', user_id: ada.id });
    expect(lines.find(({ msg }) => msg === 'more frames were refused')).toMatchObject({ frames: 45 });
  },
);
