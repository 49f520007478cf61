import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { allOperations, problem } from '@duet/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entity, expectProblem, request } from '../harness/http.ts';
import { type Person, startServer, type TestServer } from '../harness/server.ts';
import { bounded } from '../harness/socket.ts';

// PROTOCOL 3.1 and 1.5: what holds for every operation.

const ORIGIN = 'https://app.example';
const LIST = '/api/chat/conversations/';
let server: TestServer;
let ada: Person;
let conversationId: string;
let outsider: Person;
beforeAll(async () => {
  server = await startServer({
    CORS_ORIGINS: `${ORIGIN}, http://localhost:5173`,
    MESSAGE_MAX_LENGTH: '5',
    LOCAL_ACCOUNTS: 'off',
  });
  ada = await server.person('ada');
  outsider = await server.person('eve');
  conversationId = (await ada.open(await server.person('ben'))).id;
});
afterAll(() => server.stop());

const pathOf = (path: string) =>
  path.replace('{conversation_id}', conversationId).replace('{user_id}', outsider.id);
/** `/users/me/` is a path of its own, and one of a user, too. */
const methodsAt = (path: string) => {
  const methods = allOperations.flatMap(({ operation }) => {
    const pattern = new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    return pattern.test(path) ? operation.method : [];
  });
  return [...new Set(methods)];
};
const paths = [...new Set(allOperations.map(({ operation }) => operation.path))];

describe('paths and methods', () => {
  test.each(paths)('%s is exact, and says what it takes', async (path) => {
    const exact = pathOf(path);
    const redirect = await request(server.url, 'GET', `${exact.slice(0, -1)}?limit=1&a=%2F?b`);
    expect(redirect.status).toBe(308);
    expect(redirect.headers.get('location')).toBe(`${exact}?limit=1&a=%2F?b`);

    const methods = methodsAt(path);
    const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].sort().join(', ');
    for (const method of [
      'PATCH',
      'DELETE',
      ...(methods.includes('GET') ? [] : ['GET', 'HEAD']),
      ...(methods.includes('POST') ? [] : ['POST']),
      ...(methods.includes('PUT') ? [] : ['PUT']),
    ]) {
      const answer = await request(server.url, method, exact, { token: ada.token });
      if (method === 'HEAD') expect(answer.status).toBe(405);
      else expectProblem(answer, 405, 'method_not_allowed');
      expect(answer.headers.get('allow')).toBe(allow);
    }
    const options = await request(server.url, 'OPTIONS', exact);
    expect(options.status).toBe(204);
    expect(options.headers.get('allow')).toBe(allow);
  });

  test('a path in another case, doubled slashes, or one that is nowhere is 404', async () => {
    for (const path of [
      LIST.toUpperCase(),
      '/api/chat//conversations/',
      '/api/chat/',
      '/nowhere',
      '/nowhere/',
      '/api/chat/conversations//',
      `${LIST}${'x'.repeat(200)}/`,
    ]) {
      expectProblem(await ada.get(path), 404, 'not_found');
    }
  });

  test('percent-encoding is decoded', async () => {
    const encoded = [...conversationId].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('');
    expect((await ada.get(`${LIST}${encoded}/`)).as(entity.conversation).id).toBe(conversationId);
  });

  test('HEAD is GET without the body', async () => {
    const [get, head] = [await ada.get(LIST), await request(server.url, 'HEAD', LIST, { token: ada.token })];
    expect(head.status).toBe(200);
    expect(head.text).toBe('');
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(get.text)));
    expect((await request(server.url, 'HEAD', LIST)).status).toBe(401);
  });
});

describe('bodies', () => {
  const SEND = () => `${LIST}${conversationId}/messages/`;

  test('application/json with whatever says UTF-8 is taken', async () => {
    for (const type of [
      'application/json',
      'application/json; charset=utf-8',
      'application/json;charset=UTF-8',
      'Application/JSON; charset="utf-8"',
    ]) {
      expect((await ada.postRaw(SEND(), '{"content":"é"}', type)).as(entity.message).content).toBe('é');
    }
  });

  test('any other type is 415', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/json; charset=latin1',
      'application/jsonx',
      'application/xml',
    ]) {
      expectProblem(await ada.postRaw(SEND(), '{"content":"x"}', type), 415, 'unsupported_media_type');
    }
    expectProblem(
      await request(server.url, 'POST', SEND(), { token: ada.token, body: new Uint8Array([123, 125]) }),
      415,
      'unsupported_media_type',
    );
  });

  test('empty, malformed, not UTF-8, poisoned or not an object is 400', async () => {
    const notUtf8 = new Uint8Array([...Buffer.from('{"content":"'), 0xff, 0xfe, ...Buffer.from('"}')]);
    for (const body of [
      '',
      ' ',
      '{',
      '{"content":"x"',
      '{"content":"x"} {}',
      "{'content':'x'}",
      'undefined',
      '[]',
      '"x"',
      '1',
      'null',
      '{"__proto__":{"content":"x"}}',
      '['.repeat(10_000),
      notUtf8,
    ]) {
      expectProblem(await ada.postRaw(SEND(), body), 400, 'invalid_request');
    }
    expectProblem(
      await request(server.url, 'POST', SEND(), { token: ada.token }),
      400,
      'invalid_request',
      'body',
    );
  });

  test('over 64 KiB is 413, whatever it holds', async () => {
    const filler = (bytes: number) => `{"content":"x","filler":"${'x'.repeat(bytes - 27)}"}`;
    expect((await ada.postRaw(SEND(), filler(65_536))).status).toBe(201);
    expectProblem(await ada.postRaw(SEND(), filler(65_537)), 413, 'payload_too_large');
  });

  test('unknown fields are ignored', async () => {
    const answer = await ada.post(SEND(), {
      content: 'x',
      seq: 999,
      sender_id: outsider.id,
      conversation_id: randomUUID(),
    });
    expect(answer.as(entity.message)).toMatchObject({
      conversation_id: conversationId,
      sender: { id: ada.id },
    });
  });
});

describe('headers', () => {
  test('the request id is the client’s if it is fit, and new otherwise', async () => {
    const idFor = async (given: string) =>
      (await request(server.url, 'GET', LIST, { headers: { 'x-request-id': given } })).headers.get(
        'x-request-id',
      );
    expect(await idFor('a-Z_0.9')).toBe('a-Z_0.9');
    for (const unfit of ['x'.repeat(65), 'a b', '{"a":1}', ''])
      expect(await idFor(unfit)).toMatch(/^[\da-f-]{36}$/);
  });

  test('answers are not stored, and not sniffed', async () => {
    for (const path of [LIST, '/nowhere', `${LIST}%c0%af/`])
      expect((await ada.get(path)).headers.get('cache-control')).toBe('no-store');
    const { headers } = await ada.get(LIST);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-powered-by')).toBeNull();
  });

  test('a page of an allowed origin may call, of any other not', async () => {
    const preflight = (origin: string) =>
      request(server.url, 'OPTIONS', LIST, {
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization',
        },
      });
    const allowed = await preflight(ORIGIN);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(allowed.headers.get('access-control-allow-methods')).toContain('POST');
    expect(allowed.headers.get('access-control-allow-headers')).toContain('Authorization');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    const answer = await request(server.url, 'GET', LIST, { token: ada.token, headers: { origin: ORIGIN } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(answer.headers.get('access-control-expose-headers')).toContain('Link');
  });
});

describe('what is hardly a request', () => {
  /** Sends bytes as they are, and gives the answer when the server ends it. */
  const raw = (text: string) =>
    bounded(
      'an answer',
      new Promise<string>((resolve, reject) => {
        const socket = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port) }, () =>
          socket.write(text),
        );
        let answer = '';
        socket.setEncoding('utf8').on('data', (data) => (answer += data));
        socket.once('close', () => resolve(answer)).once('error', reject);
      }),
    );

  const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  const handshake = (path: string, headers: string) =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${headers}\r\n`;

  test('is a problem too, and the connection ends', async () => {
    for (const [text, status] of [
      ['nonsense\r\n\r\n', 400],
      [`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 413],
      ['GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', 400], // no Host
      [handshake('/ws/chat/', 'Sec-WebSocket-Version: 13\r\n'), 400], // no key
      [handshake('/ws/chat/x/', `${KEY}Sec-WebSocket-Version: 7\r\n`), 400],
      [handshake('/ws/chat/', `${KEY}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ,\r\n`), 400],
    ] as const) {
      const answer = await raw(text);
      expect(answer).toMatch(/^x-request-id: [\da-f-]{36}\r$/im);
      expect(answer).toMatch(/^cache-control: no-store\r$/im);
      if (text.includes('websocket')) expect(answer).toMatch(/^sec-websocket-version: 13\r$/im);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer).toContain('application/problem+json');
      expect(problem.parse(JSON.parse(answer.split('\r\n\r\n')[1] ?? ''))).toMatchObject({ status });
    }
    expect(server.log.join('')).not.toContain('rawPacket');
  });

  test('an expectation that nobody knows is passed over', async () => {
    const answer = await raw(
      'GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });

  test('an upgrade to something else is ignored, as RFC 9110 has it', async () => {
    const answer = await raw(
      'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });
});

test('a server may be configured with shorter messages', async () => {
  const path = `${LIST}${conversationId}/messages/`;
  expectProblem(await ada.post(path, { content: '123456' }), 400, 'invalid_request', 'content');
  expect((await ada.post(path, { content: '12345' })).status).toBe(201);
  const socket = await ada.connect(conversationId);
  socket.send({ message: '123456' });
  expect(await socket.next()).toMatchObject({
    code: 'invalid_request',
    detail: expect.stringMatching(/^message: /),
  });
  await socket.close();
});

test('without local accounts their operations are not there', async () => {
  for (const { operation } of allOperations.filter(({ operation }) => operation.auth === 'none')) {
    const json = { username: 'ada', password: 'long enough', refresh: 'x' };
    expectProblem(await request(server.url, 'POST', operation.path, { json }), 404, 'not_found');
  }
});

test('an outsider gets 403 from every operation of a conversation', async () => {
  const bodies: Record<string, unknown> = { sendMessage: { content: 'x' }, markRead: { seq: 1 } };
  const ofConversation = allOperations.filter(({ operation }) =>
    operation.path.includes('{conversation_id}'),
  );
  expect(ofConversation.length).toBe(4);
  for (const { operation } of ofConversation) {
    const path = pathOf(operation.path);
    expectProblem(
      operation.method === 'GET' ? await outsider.get(path) : await outsider.post(path, bodies[operation.id]),
      403,
      'not_participant',
    );
  }
});

describe('3.10 everything else', () => {
  test('the server says that it lives and that it can serve', async () => {
    for (const path of ['/healthz', '/readyz', '/openapi.json', '/asyncapi.json'])
      expect((await request(server.url, 'GET', path)).status).toBe(200);
  });
});
