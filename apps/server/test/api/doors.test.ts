import { randomUUID } from 'node:crypto';
import { connect as connectTcp } from 'node:net';
import { PATIENCE_MS } from '@duet/testing/wait';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { request } from '../harness/http.ts';
import { nextOf } from '../harness/inbox.ts';
import { startServer, type TestServer } from '../harness/server.ts';
import { bounded, connect, connectInbox } from '../harness/socket.ts';

const FRIEND = 'https://friend.example';
const PUBLIC_URL = 'https://chat.example.com';
let server: TestServer;
beforeAll(async () => {
  server = await startServer({ CORS_ORIGINS: FRIEND, PUBLIC_URL, MAX_SOCKETS: '4' });
});
afterAll(() => server.stop());

const notAllowed = { code: 4403, reason: 'origin_not_allowed' };

describe('4.1 origins', () => {
  test('a page of the same host, of the public URL or of an origin that may call opens sockets; others are told why not', async () => {
    const ada = await server.person('ada');
    const { host } = new URL(server.url);
    const enter = (headers: Record<string, string>) =>
      connectInbox(server.url, { headers, protocols: [`bearer.${ada.token}`] });
    for (const origin of [undefined, `http://${host}`, `https://${host}`, FRIEND, PUBLIC_URL]) {
      const inbox = await enter(origin === undefined ? {} : { origin });
      await nextOf(inbox, 'ready');
      await inbox.close();
    }
    for (const origin of [
      'https://evil.example',
      `${FRIEND}:8443`,
      `http://evil.example/${host}`,
      'null',
      '',
    ])
      expect(await (await enter({ origin })).closed, origin).toEqual(notAllowed);
    // What it would be refused for otherwise is not told.
    const path = `${server.url}/ws/chat/${randomUUID()}/`;
    const foreign = await connect(`${path}?token=${ada.token}`, { origin: 'https://evil.example' });
    expect(await foreign.closed).toEqual(notAllowed);
    // Nobody in front is trusted here, and whoever runs it hears of that once.
    const forwarded = { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' };
    expect(await (await enter(forwarded)).closed).toEqual(notAllowed);
    for (let n = 0; n < 2; n += 1)
      await request(server.url, 'GET', '/', { headers: { 'x-forwarded-for': '192.0.2.1' } });
    expect(server.log.filter((line) => line.includes('TRUST_PROXY'))).toHaveLength(1);
  });

  test('a proxy that is trusted says which host was asked for; `*` allows every origin', async () => {
    const open = await startServer({ CORS_ORIGINS: '*' });
    const proxied = await startServer({ TRUST_PROXY: 'loopback' });
    const enter = (url: string, headers: Record<string, string>) => connectInbox(url, { headers });
    try {
      const origin = 'https://any.example';
      await (await enter(open.url, { origin })).close();
      // A scheme's own port may stand in the host, and never does in an origin.
      for (const [page, host] of [
        ['https://any.example', 'any.example:443'],
        ['http://any.example', 'any.example:80'],
        ['https://any.example:8443', 'any.example:8443'],
      ] as const) {
        const inbox = await enter(proxied.url, { origin: page, 'x-forwarded-host': host });
        inbox.ws.ping();
        await bounded('the pong', new Promise((resolve) => inbox.ws.once('pong', resolve)));
        await inbox.close();
      }
      for (const host of ['any.example:80', 'x@any.example', 'any.example/', 'other.example?any.example'])
        expect(await (await enter(proxied.url, { origin, 'x-forwarded-host': host })).closed, host).toEqual(
          notAllowed,
        );
      await (await enter(proxied.url, { origin, 'x-forwarded-host': 'any.example' })).close();
      const other = { origin, 'x-forwarded-host': 'other.example' };
      expect(await (await enter(proxied.url, other)).closed).toEqual(notAllowed);
    } finally {
      await Promise.all([open.stop(), proxied.stop()]);
    }
  });
});

test('3.1 behind a path of the public URL, the exact path is there, too', async () => {
  const beneath = await startServer({ PUBLIC_URL: 'https://example.com/chat/' });
  try {
    const { status, headers } = await request(beneath.url, 'GET', '/api/chat/users/me?a=b');
    expect([status, headers.get('location')]).toEqual([308, '/chat/api/chat/users/me/?a=b']);
  } finally {
    await beneath.stop();
  }
});

test('3.11 a server that has all the sockets it can hold says so with 1013, and takes the next when one has gone', async () => {
  const sockets = [];
  for (let n = 0; n < 4; n += 1) sockets.push(await connectInbox(server.url));
  const refused = await connectInbox(server.url);
  expect(await refused.closed).toEqual({ code: 1013, reason: 'busy' });
  await sockets.pop()?.close();
  const ada = await server.person('ada');
  await expect
    .poll(
      async () => {
        const inbox = await connectInbox(server.url, { protocols: [`bearer.${ada.token}`] });
        const frame = await inbox.next().catch(() => undefined);
        await inbox.close();
        return frame?.type;
      },
      { timeout: PATIENCE_MS },
    )
    .toBe('ready');
  for (const socket of sockets) await socket.close();
});

describe('what browsers are told', () => {
  test('every answer: no sniffing, no framing, no referrer to others, and with a public URL of https to stay with that', async () => {
    const ada = await server.person('ada');
    for (const [path, status] of [
      ['/api/chat/users/me/', 200],
      ['/api/chat/nowhere/', 404],
      ['/ws/chat/', 426],
      ['/trpc/users.me?input=%7B%7D', 200],
      ['/openapi.json', 200],
      ['/docs/', 200],
      ['/docs/socket/', 200],
      ['/', 302],
      ['/healthz', 200],
    ] as const) {
      const { headers, ...answer } = await ada.get(path);
      expect(answer.status, path).toBe(status);
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
      expect(headers.get('referrer-policy'), path).toBe('no-referrer');
      expect(headers.get('strict-transport-security'), path).toBe('max-age=31536000');
      expect(headers.get('x-powered-by'), path).toBeNull();
      expect(headers.get('server'), path).toBeNull();
    }
  });

  test('answers to what is no request, no path and no handshake are problems with these headers, too', async () => {
    const handshake = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
    for (const [sent, status] of [
      ['GET /% HTTP/1.1\r\nHost: x\r\nConnection: close\r\n', 404],
      [`GET /ws/chat/ HTTP/1.1\r\nHost: x\r\n${handshake}`, 400],
      [`GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n`, 413],
      ['nonsense\r\n', 400],
    ] as const) {
      const answer = (await raw(`${sent}\r\n`)).toLowerCase();
      expect(answer).toContain(`http/1.1 ${status} `);
      expect(answer).toContain('content-type: application/problem+json');
      expect(answer).toContain('x-content-type-options: nosniff');
      expect(answer).toContain("frame-ancestors 'none'");
      expect(answer).toContain('referrer-policy: no-referrer');
    }
  });

  /** What comes back for these bytes, until the connection ends. */
  async function raw(bytes: string): Promise<string> {
    const socket = connectTcp(Number(new URL(server.url).port), '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => (text += part));
    socket.write(bytes);
    await bounded('the end', new Promise((resolve) => socket.once('close', resolve)));
    return text;
  }
});
