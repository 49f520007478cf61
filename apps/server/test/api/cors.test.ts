import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entity, request } from '../harness/http.ts';
import { type Person, startServer, type TestServer } from '../harness/server.ts';
import { bounded, connect, connectInbox } from '../harness/socket.ts';

const LIST = '/api/chat/conversations/';
let server: TestServer;
let people: { ada: Person; ben: Person };
beforeAll(async () => {
  server = await startServer();
  people = { ada: await server.person('ada'), ben: await server.person('ben') };
});
afterAll(() => server.stop());

/** What each kind of call from a page of this origin is told. */
async function calls(origin: string | undefined, { url } = server, { ada, ben } = people) {
  const headers: Record<string, string> = origin === undefined ? {} : { origin };
  const asAda = { token: ada.token, headers };
  const preflight = {
    ...headers,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization, content-type',
  };
  const opened = await request(url, 'POST', LIST, { ...asAda, json: { target_user_id: ben.id } });
  const answers = {
    read: await request(url, 'GET', LIST, asAda),
    write: opened,
    preflight: await request(url, 'OPTIONS', LIST, { headers: preflight }),
    trpc: await request(url, 'GET', '/trpc/users.me?input=%7B%7D', asAda),
    trpcPreflight: await request(url, 'OPTIONS', '/trpc/messages.send', { headers: preflight }),
    refused: await request(url, 'GET', LIST, { headers }),
  };
  const conversation = `${url}/ws/chat/${opened.as(entity.conversation).id}/?token=${ada.token}`;
  const sockets = [
    await connect(conversation, { headers }),
    await connectInbox(url, { headers, protocols: [`bearer.${ada.token}`] }),
  ];
  return { answers, sockets };
}

async function expectCalls(origin: string, at = server, people_ = people): Promise<void> {
  const { answers, sockets } = await calls(origin, at, people_);
  for (const [kind, { headers }] of Object.entries(answers)) {
    expect(headers.get('access-control-allow-origin'), `${origin} ${kind}`).toBe(origin);
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('vary'), kind).toMatch(/\bOrigin\b/);
  }
  expect(answers.read.headers.get('access-control-expose-headers')).toContain('Link');
  for (const { status, headers } of [answers.preflight, answers.trpcPreflight]) {
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-methods')).toContain('POST');
    expect(headers.get('access-control-allow-headers')).toContain('Authorization');
  }
  for (const socket of sockets) {
    socket.ws.ping();
    // A refusal would have come before it.
    await bounded('the pong', new Promise((resolve) => socket.ws.once('pong', resolve)));
    await socket.close();
  }
}

async function expectRefusal(origin: string, at = server, people_ = people): Promise<void> {
  const { answers, sockets } = await calls(origin, at, people_);
  for (const [kind, { headers }] of Object.entries(answers)) {
    const told = [...headers.keys()].filter((name) => name.startsWith('access-control-'));
    expect(told, `${origin} ${kind}`).toEqual([]);
    expect(headers.get('vary'), kind).toMatch(/\bOrigin\b/);
  }
  for (const socket of sockets)
    expect(await socket.closed, origin).toEqual({ code: 4403, reason: 'origin_not_allowed' });
}

describe('on loopback, with nothing said about origins', () => {
  test.each([
    'http://localhost:3000',
    'https://localhost:5173',
    'http://localhost',
    'http://app.localhost:3000',
    'http://127.0.0.1:3000',
    'http://127.255.0.9',
    'http://[::1]:3000',
  ])('a page of %s calls REST and tRPC, and opens both sockets', (origin) => expectCalls(origin));

  test.each([
    'http://evil.example',
    'http://localhost.evil.example',
    'http://evillocalhost:3000',
    'http://127.0.0.1.evil.example',
    'http://localhost.:3000',
    'http://.localhost',
    'http://0.0.0.0:3000',
    'http://[::]:3000',
    'http://192.168.0.1',
    'http://[::ffff:127.0.0.1]',
    'http://127.1',
    'http://2130706433',
    'http://LOCALHOST:3000',
    'http://localhost:80',
    'http://localhost/',
    'http://localhost:3000/path',
    'http://localhost@evil.example',
    'http://evil@localhost',
    'http://evil.example#localhost',
    'http://evil.example?localhost',
    'http://localhost http://evil.example',
    'ftp://localhost',
    'file://localhost',
    'chrome-extension://localhost',
    'localhost:3000',
    'localhost',
    'null',
  ])('a page of %s is refused', (origin) => expectRefusal(origin));

  test('a name that leads to this machine does not make a page one of its own (DNS rebinding)', async () => {
    // Such a page has the origin of its name, at whatever address the browser found it.
    const { host, port } = new URL(server.url);
    for (const origin of [`http://evil.example:${port}`, `http://${host}.evil.example`])
      await expectRefusal(origin);
  });

  test('an answer to nobody’s page is not kept for a page', async () => {
    const { answers, sockets } = await calls(undefined);
    for (const { headers } of Object.values(answers)) {
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('vary')).toMatch(/\bOrigin\b/);
    }
    for (const socket of sockets) await socket.close();
  });
});

test.each([
  { CORS_ORIGINS: '' },
  { CORS_ORIGINS: 'https://friend.example' },
  // Pages of apps, which come from no host.
  { CORS_ORIGINS: 'capacitor://localhost' },
  { CORS_ORIGINS: 'tauri://localhost' },
  { CORS_ORIGINS: 'chrome-extension://aapbdbdomjkkjkaonfhkkikfgjllcleb' },
])('%o ends it', async (env) => {
  const other = await startServer(env);
  try {
    const others = { ada: await other.person('ada'), ben: await other.person('ben') };
    await expectRefusal('http://localhost:3000', other, others);
    if (env.CORS_ORIGINS) await expectCalls(env.CORS_ORIGINS, other, others);
  } finally {
    await other.stop();
  }
});

test('`*` is every page, and the same answer for each', async () => {
  const open = await startServer({ CORS_ORIGINS: '*' });
  try {
    const { headers } = await request(open.url, 'GET', LIST, { headers: { origin: 'https://any.example' } });
    expect([headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual(['*', null]);
  } finally {
    await open.stop();
  }
});

describe('headers that tracers and links add', () => {
  const origin = 'http://localhost:3000';
  const allowed = async (names: string, path = LIST) => {
    const headers = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': names,
    };
    const answer = await request(server.url, 'OPTIONS', path, { headers });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('vary')).toMatch(/\bOrigin, Access-Control-Request-Headers\b/);
    return answer.headers.get('access-control-allow-headers');
  };

  test.each([LIST, '/trpc/messages.send'])('a page that may call may send them to %s', async (path) => {
    const names = 'baggage,sentry-trace,traceparent, tracestate,trpc-accept,x-trpc-source';
    expect(await allowed(names, path)).toBe(`Authorization, Content-Type, X-Request-Id, ${names}`);
  });

  test('what is no list of names, or longer than any, is not repeated', async () => {
    for (const names of ['', 'a b', 'a,', 'a;b', `x-${'y'.repeat(1000)}`])
      expect(await allowed(names)).toBe('Authorization, Content-Type, X-Request-Id');
  });
});
