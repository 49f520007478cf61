import { gzipSync } from 'node:zlib';
import type { Random } from '../random.ts';
import type { World } from '../world.ts';
import { notAnObject, render } from './json.ts';
import { encoded, type Request } from './request.ts';
import { oddText } from './text.ts';
import { oddAuthorization } from './tokens.ts';
import { type Draft, requestOf } from './valid.ts';

const LIMIT = 65_536;

/** A request of somebody who means harm. */
export async function hostile(draft: Draft, world: World, random: Random, index: number): Promise<Request> {
  const request = { ...requestOf(draft, index), kind: 'hostile' } as const;
  const { statuses: _, ...unsure } = request;
  const changed = random.pick<() => Promise<Partial<Request>> | Partial<Request>>([
    async () => withToken(unsure, await oddAuthorization(world, random, `${index}`)),
    async () => withToken(unsure, await oddAuthorization(world, random, `${index}`)),
    () => requestOf(ofOthers(draft, world, random), index),
    () => requestOf(ofOthers(draft, world, random), index),
    () => ({ target: inPath(draft, random) }),
    () => ({ target: nowhere(random) }),
    () => ({
      method: random.pick(['TRACE', 'PROPFIND', 'SEARCH', 'LOCK', 'QUERY', 'M-SEARCH', 'PURGE', 'HEAD']),
    }),
    () => ({ headers: [...unsure.headers, ...oddHeaders(random)] }),
    () => ({ headers: [...unsure.headers, ...oddHeaders(random)] }),
    () => ({ ...oddBody(draft, unsure, random) }),
    () => ({ ...oddBody(draft, unsure, random) }),
  ])();
  const { statuses: __, ...all } = { ...unsure, ...(await changed), kind: 'hostile' as const };
  return all;
}

function withToken({ headers }: Request, value: string): Partial<Request> {
  return { headers: [...headers.filter(([name]) => name !== 'Authorization'), ['Authorization', value]] };
}

/** Ids of other people, of nobody, and what is no id. */
function ofOthers(draft: Draft, world: World, random: Random): Draft {
  const id = random.pick([
    world.victims.conversationId,
    world.victims.conversationId,
    world.victims.conversationId.toUpperCase(),
    random.pick(world.talkers).conversationId,
    random.uuid(),
    oddText(random).slice(0, 300) || '.',
    '..',
  ]);
  // The first page: a later one shows nothing, whoever asks.
  const query = draft.query.filter(([name]) => name === 'order' || name === 'limit');
  return { ...draft, path: { ...draft.path, conversation_id: id }, query };
}

function inPath({ operation }: Draft, random: Random): string {
  const odd = random.pick([
    '%00',
    '%',
    '%z',
    '%zz',
    '%c0%af',
    '%2e%2e%2f',
    '..%2f..',
    '%ff',
    '%25',
    '%2525',
    '%ed%a0%80',
    '%u0041',
    '.',
    '..',
    '*',
    ':id',
    '%0d%0aX:1',
    'x'.repeat(999),
    'x'.repeat(1001),
    'x'.repeat(7000),
  ]);
  const path = operation.path.replaceAll(/\{\w+\}/g, odd);
  return random.pick([
    path,
    path,
    path.replace('chat', odd),
    path + odd,
    `/${odd}${path}`,
    path.replaceAll('/', '//'),
  ]);
}

function nowhere(random: Random): string {
  return random.pick([
    '/',
    '//',
    '/*',
    '/%',
    '/.env',
    '/..',
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/docs',
    '/docs/',
    '/docs/..%2f..%2fpackage.json',
    '/docs/%00',
    '/docs/js/../../x',
    '/docs/socket/',
    '/docs/socket/page.css',
    '/docs/openapi.json',
    '/openapi.json',
    '/asyncapi.json?x=%',
    '/healthz',
    '/readyz',
    '/favicon.ico',
    '/index.html',
    '/assets/..%2f..%2fpackage.json',
    '/metrics',
    '/trpc',
    '/trpc/',
    '/ws',
    '/ws/chat',
    '/ws/chat/',
    '/ws/chat/x/',
    '/ws/chat/%00/',
    '/ws/chat//',
    'http://example.com/api/chat/conversations/',
    `/${encoded(oddText(random)).slice(0, 6000)}`,
    `/?${encoded(oddText(random)).slice(0, 6000)}`,
  ]);
}

function oddHeaders(random: Random): [string, string][] {
  const odd = oddText(random)
    .replaceAll(/[^\x20-\x7e\x80-\xff]/g, '?')
    .slice(0, 5000);
  return random.pick<[string, string][]>([
    [['X-Request-Id', odd]],
    [['X-Request-Id', 'x'.repeat(64)]],
    [
      ['Host', odd],
      ['X-Forwarded-Host', 'evil.example'],
    ],
    [['Host', '[::1]:99999']],
    [['Origin', 'https://evil.example']],
    [['Origin', odd]],
    [
      [
        'Content-Type',
        random.pick([
          '',
          'text/plain',
          'application/json;charset=utf-16',
          'application/json; charset',
          'application/json;;;',
          'multipart/form-data',
          'application/x-www-form-urlencoded',
          'application/json, text/plain',
          '*/*',
          odd,
        ]),
      ],
    ],
    [['Content-Encoding', random.pick(['gzip', 'br', 'deflate', 'identity', odd])]],
    [['Expect', '100-continue']],
    [['Expect', 'something-else']],
    [
      ['Range', 'bytes=0-0,1-1,5-'],
      ['If-Range', odd],
    ],
    [
      ['If-None-Match', '*'],
      ['If-Modified-Since', odd],
    ],
    [
      ['Accept', odd],
      ['Accept-Encoding', odd],
      ['Accept-Version', '9'],
      ['Accept-Language', odd],
    ],
    [
      ['X-HTTP-Method-Override', 'DELETE'],
      ['X-Method-Override', 'PUT'],
    ],
    [
      ['X-Forwarded-For', odd],
      ['X-Forwarded-Proto', 'javascript'],
      ['Forwarded', odd],
    ],
    [['Cookie', 'x'.repeat(6000)]],
    [
      ['Connection', 'Upgrade'],
      ['Upgrade', random.pick(['websocket', 'h2c', 'TLS/1.0', odd])],
    ],
    [['Connection', 'close, X-Request-Id, Authorization']],
    [
      ['__proto__', 'x'],
      ['constructor', 'x'],
      ['toString', 'x'],
    ],
    [
      ['Authorization', 'Bearer x'],
      ['Authorization', 'Bearer y'],
    ],
    [
      ['TE', 'trailers'],
      ['Trailer', 'X'],
    ],
    [
      ['Access-Control-Request-Method', odd],
      ['Access-Control-Request-Headers', odd],
      ['Origin', 'null'],
    ],
    Array.from({ length: 150 }, (_, i): [string, string] => [`X-${i}`, 'x'.repeat(60)]),
  ]);
}

/** A body that is no JSON object in UTF-8, or no body for this method, or too long. */
function oddBody({ fields }: Draft, { headers }: Request, random: Random): Partial<Request> {
  const text = fields ? render(fields) : '{"content":"x"}';
  const typed = (type: string, body: Buffer) => ({
    headers: [...headers.filter(([name]) => name !== 'Content-Type'), ['Content-Type', type] as const],
    body,
  });
  const filled = (size: number) =>
    Buffer.from(`${text.slice(0, -1)},"_":"${'x'.repeat(Math.max(0, size - Buffer.byteLength(text) - 8))}"}`);
  const encodedAs = (encoding: string) => ({
    headers: [...headers, ['Content-Encoding', encoding] as const],
    body: gzipSync(text),
  });
  return random.pick([
    { body: Buffer.from(notAnObject(random)) },
    { body: Buffer.from(notAnObject(random)) },
    { body: filled(LIMIT + random.pick([-1, 0, 1, 2, 1000])) },
    { body: Buffer.alloc(LIMIT * 3, ' ') },
    { body: Buffer.from(text.replace(/.$/, '\xff"}'), 'latin1') },
    {
      body: Buffer.concat([
        Buffer.from(text.slice(0, -1)),
        Buffer.from([0xed, 0xa0, 0x80]),
        Buffer.from('}'),
      ]),
    },
    { body: Buffer.from(text, 'utf16le') },
    { body: Buffer.from(`\ufeff${text}`) },
    { body: Buffer.concat([Buffer.from(text), Buffer.alloc(3)]) },
    { body: random.bytes(200) },
    { body: gzipSync(text) },
    encodedAs('gzip'),
    encodedAs('gzip, gzip'),
    typed('application/json; charset=utf-16le', Buffer.from(text, 'utf16le')),
    typed('application/json; charset=utf-7', Buffer.from(text)),
    typed('application/json; charset="utf-8', Buffer.from(text)),
    typed('application/x-www-form-urlencoded', Buffer.from('content=x')),
    typed(
      'multipart/form-data; boundary=x',
      Buffer.from('--x\r\nContent-Disposition: form-data; name="content"\r\n\r\nx\r\n--x--'),
    ),
    typed('text/plain', Buffer.from(text)),
    typed('application/merge-patch+json', Buffer.from(text)),
  ]);
}
