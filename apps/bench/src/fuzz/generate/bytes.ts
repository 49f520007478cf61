import type { Random } from '../random.ts';
import type { World } from '../world.ts';
import type { Bytes } from './request.ts';

const REFUSED = [400] as const;
const ME = '/api/chat/users/me/';

/** What hardly is HTTP: over a connection of its own, in one piece or in several. */
export function hostileBytes(world: World, random: Random): Bytes {
  const { a, conversationId } = random.pick(world.callers);
  const { token } = a;
  const auth = `Host: x\r\nAuthorization: Bearer ${token}\r\n`;
  const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\n${auth}${more}\r\n`;
  const last = get(ME, 'Connection: close\r\n');
  const messages = `/api/chat/conversations/${conversationId}/messages/`;
  const post = (headers: string, body: string) =>
    `POST ${messages} HTTP/1.1\r\n${auth}Content-Type: application/json\r\n${headers}\r\n${body}`;
  const json = '{"content":"over the wire"}';
  const chunks = (...parts: string[]) =>
    parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('');
  const bytes = (
    where: string,
    text: string | readonly string[],
    statuses?: readonly number[],
    bareFirst = false,
  ): Bytes => ({
    kind: 'hostile',
    where: `bytes: ${where}`,
    parts: [text].flat().map((each) => Buffer.from(each, 'latin1')),
    bareFirst,
    ...(statuses && { statuses }),
  });
  const upgrade = (path: string, headers: string) =>
    `GET ${path} HTTP/1.1\r\n${auth}Connection: Upgrade\r\nUpgrade: websocket\r\n${headers}\r\n`;
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  const version = 'Sec-WebSocket-Version: 13\r\n';
  const socket = random.pick(['/ws/chat/', `/ws/chat/${conversationId}/`, '/ws/chat/x/', '/ws/chat/%00/']);
  return random.pick<() => Bytes>([
    () =>
      bytes(
        'a request line',
        `${random.pick(['nonsense', 'GET', 'GET  / HTTP/1.1', 'GET / HTTP/9.9', 'GET / http/1.1', 'get / HTTP/1.1', ' / HTTP/1.1', 'GET /\t HTTP/1.1', 'GET /\xff HTTP/1.1', 'GET /\0 HTTP/1.1', 'GET / HTTP/1.1 x', '\x16\x03\x01\x02', 'PRI * HTTP/2.0'])}\r\nHost: x\r\n\r\n`,
      ),
    () => bytes('HTTP/0.9', 'GET /\r\n\r\n', REFUSED),
    () => bytes('HTTP/1.0', `GET ${ME} HTTP/1.0\r\n${auth}\r\n`, [200]),
    () => bytes('no Host', 'GET / HTTP/1.1\r\n\r\n', REFUSED),
    () => bytes('two Hosts', get(ME, 'Host: y\r\nConnection: close\r\n')),
    () => bytes('asterisk', `OPTIONS * HTTP/1.1\r\n${auth}Connection: close\r\n\r\n`),
    () => bytes('CONNECT', `CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n`),
    () => bytes('random bytes', random.bytes(1 + random.below(300)).toString('latin1')),
    () => bytes('a long header', get(ME, `X: ${'x'.repeat(20_000)}\r\n`), [413]),
    () => bytes('a long target', get(`/${'x'.repeat(20_000)}`), [413]),
    () => bytes('many headers', get(ME, `${'X: x\r\n'.repeat(3000)}Connection: close\r\n`)),
    () =>
      bytes(
        'a broken header',
        get(
          ME,
          random.pick([
            'X\r\n',
            ': x\r\n',
            'X : x\r\n',
            ' X: x\r\n',
            'X: a\r\n b\r\n',
            'X: \0\r\n',
            'X: a\rb\r\n',
            'X\xff: x\r\n',
            'X: x\n',
          ]),
        ),
      ),
    () => bytes('newlines alone', get(ME, 'Connection: close\r\n').replaceAll('\r\n', '\n')),
    () => bytes('half a head', get(ME).slice(0, 10 + random.below(100))),
    () => bytes('half a body', post(`Content-Length: ${json.length + 50}\r\n`, json)),
    () =>
      bytes(
        'too much of a body',
        post(`Content-Length: ${json.length}\r\nConnection: close\r\n`, `${json}GARBAGE`),
      ),
    () =>
      bytes(
        'both lengths',
        post(`Content-Length: ${json.length}\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${last}`),
        REFUSED,
      ),
    () =>
      bytes(
        'both lengths, the other way',
        post('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', `${chunks(json)}0\r\n\r\n`),
        REFUSED,
      ),
    () =>
      bytes(
        'two lengths',
        post(`Content-Length: ${json.length}\r\nContent-Length: ${json.length + 1}\r\n`, json),
        REFUSED,
      ),
    () =>
      bytes(
        'an odd length',
        post(
          `Content-Length: ${random.pick(['-1', '+5', '0x1b', '1e1', '99999999999999999999', '5,5', '', '1 1', `${json.length} `])}\r\nConnection: close\r\n`,
          json,
        ),
      ),
    () =>
      bytes(
        'an odd encoding',
        post(
          `Transfer-Encoding: ${random.pick(['gzip', 'chunked, gzip', 'gzip, chunked', 'xchunked', 'chunked chunked', 'identity', '"chunked"', 'CHUNKED'])}\r\nConnection: close\r\n`,
          `${chunks(json)}0\r\n\r\n`,
        ),
      ),
    () =>
      bytes(
        'chunks',
        post(
          'Transfer-Encoding: chunked\r\nConnection: close\r\n',
          `${chunks(json.slice(0, 5), json.slice(5))}0\r\n\r\n`,
        ),
        [201],
      ),
    () =>
      bytes(
        'chunks with trailers',
        post(
          'Transfer-Encoding: chunked\r\nConnection: close\r\n',
          `${chunks(json)}0\r\nX-Request-Id: late\r\n\r\n`,
        ),
        [201],
      ),
    () =>
      bytes(
        'odd chunks',
        post(
          'Transfer-Encoding: chunked\r\nConnection: close\r\n',
          random.pick([
            'zz\r\nx\r\n',
            '-1\r\n',
            'fffffffffffffffff\r\n',
            '1\r\nxx\r\n0\r\n\r\n',
            `1;${'x'.repeat(20_000)}\r\nx\r\n`,
            '1;a="b"\r\n{\r\n0\r\n\r\n',
            '1\nx\n0\n\n',
            '5\r\nab',
          ]),
        ),
      ),
    () =>
      bytes(
        'too much in chunks',
        post(
          'Transfer-Encoding: chunked\r\n',
          `${chunks(`{"content":"x","_":"${'x'.repeat(70_000)}"}`)}0\r\n\r\n`,
        ),
        [413],
      ),
    () => bytes('in a row', get(ME) + get('/nowhere') + last, [200]),
    () => bytes('many in a row', get(ME).repeat(random.below(30)) + last, [200]),
    () =>
      bytes(
        'a body for GET in a row',
        `GET ${ME} HTTP/1.1\r\n${auth}Content-Length: 5\r\n\r\nxxxxx${last}`,
        [200],
      ),
    () => bytes('a write in a row', post(`Content-Length: ${json.length}\r\n`, json) + last, [201]),
    () => bytes('after a refusal', `${get('/nowhere')}NONSENSE\r\n\r\n`, [404, 400]),
    () => bytes('HEAD in a row', `HEAD ${ME} HTTP/1.1\r\n${auth}\r\n${last}`, [200], true),
    () =>
      bytes('byte for byte', [...last].length > 900 ? last : [...last.slice(0, 60), last.slice(60)], [200]),
    () =>
      bytes(
        '100-continue',
        [post(`Expect: 100-continue\r\nContent-Length: ${json.length}\r\nConnection: close\r\n`, ''), json],
        [201],
      ),
    () => bytes('no key', upgrade(socket, version), REFUSED),
    () =>
      bytes(
        'an odd key',
        upgrade(socket, `Sec-WebSocket-Key: ${random.pick(['x', '', '=='])}\r\n${version}`),
        REFUSED,
      ),
    () =>
      bytes(
        'an odd version',
        upgrade(socket, `${key}Sec-WebSocket-Version: ${random.pick(['12', '0', 'x', '13, 8', ''])}\r\n`),
      ),
    () =>
      bytes(
        'odd subprotocols',
        upgrade(
          socket,
          `${key}${version}Sec-WebSocket-Protocol: ${random.pick([',', 'duet.v1,', 'duet.v1, duet.v1', 'a b', '', '@', 'bearer.'])}\r\n`,
        ),
      ),
    () =>
      bytes(
        'odd extensions',
        upgrade(
          socket,
          `${key}${version}Sec-WebSocket-Extensions: ${random.pick(['permessage-deflate; x', ';', 'permessage-deflate; server_max_window_bits=99', '"'])}\r\n`,
        ),
      ),
    () =>
      bytes(
        'an upgrade elsewhere',
        upgrade(random.pick([ME, '/', '/ws/chat', '/trpc/users.me', '/nowhere']), `${key}${version}`),
      ),
    () => bytes('an upgrade with a body', `${upgrade(socket, `${key}${version}Content-Length: 5\r\n`)}xxxxx`),
    () =>
      bytes(
        'an upgrade by POST',
        upgrade(socket, `${key}${version}Content-Length: 0\r\n`).replace('GET', 'POST'),
      ),
    () => bytes('an upgrade by HTTP/1.0', upgrade(socket, key + version).replace('HTTP/1.1', 'HTTP/1.0')),
  ])();
}
