import { randomUUID } from 'node:crypto';
import { operations, problem } from '@duet/contract';
import { section } from '../case.ts';
import { equal, holds } from '../check.ts';
import { CONVERSATIONS, type Context, ME } from '../context.ts';
import { refused } from '../problem.ts';

/** What an error looks like, and what it comes with (PROTOCOL 1.5 and 5). */
export const errors = [
  section('1.5', 'Errors', [
    [
      'Every REST error is application/problem+json with type, title, status, detail, code and request_id',
      everyError,
    ],
    ['errors names the fields at fault', fields],
    ['Every answer carries X-Request-Id', everyAnswer],
    ['A client may send its own X-Request-Id', ownRequestId],
    ['An X-Request-Id that is not fit is replaced', unfitRequestId],
  ]),
  section('5', 'The headers of errors', [
    ['401 carries WWW-Authenticate: Bearer', wwwAuthenticate],
    ['405 carries Allow', allow],
    ['426 carries Upgrade: websocket', upgrade],
  ]),
];

async function everyError(t: Context) {
  const { ada, eve, id } = await t.chat();
  const json = { 'content-type': 'application/json' };
  const { token } = ada;
  refused(await t.post(ada, CONVERSATIONS, {}), 'invalid_request');
  refused(await t.request('GET', ME), 'missing_token');
  refused(await t.get(eve, `${CONVERSATIONS}${id}/`), 'not_participant');
  refused(await t.get(ada, `${CONVERSATIONS}${randomUUID()}/`), 'not_found');
  refused(await t.request('DELETE', CONVERSATIONS, { token }), 'method_not_allowed');
  refused(
    await t.request('POST', CONVERSATIONS, { token, body: 'x'.repeat(65_537), headers: json }),
    'payload_too_large',
  );
  refused(await t.request('POST', CONVERSATIONS, { token, body: 'x' }), 'unsupported_media_type');
  refused(await t.request('GET', `/ws/chat/${id}/`), 'upgrade_required');
  refused(await t.get(ada, `/nowhere-${randomUUID()}`), 'not_found');
}

async function fields(t: Context) {
  const { ada } = await t.chat();
  const answer = await t.post(ada, CONVERSATIONS, { target_user_id: null });
  refused(answer, 'invalid_request', 'target_user_id');
  for (const { code, detail } of answer.as(problem).errors ?? [])
    holds('each has a code and a detail', code !== '' && detail !== '', { code, detail });
}

async function everyAnswer(t: Context) {
  const { ada } = await t.chat();
  for (const path of [ME, CONVERSATIONS, CONVERSATIONS.slice(0, -1), '/nowhere', '/healthz']) {
    const id = (await t.get(ada, path)).headers.get('x-request-id') ?? '';
    holds(`GET ${path}: X-Request-Id`, id !== '', id);
  }
}

async function requestIdFor(t: Context, given: string) {
  const answer = await t.request('GET', ME, { headers: { 'x-request-id': given } });
  refused(answer, 'missing_token');
  return answer.headers.get('x-request-id');
}

async function ownRequestId(t: Context) {
  for (const own of ['a-Z_0.9', 'x'.repeat(64)]) equal('X-Request-Id', await requestIdFor(t, own), own);
}

async function unfitRequestId(t: Context) {
  for (const unfit of ['x'.repeat(65), 'a b', '{"a":1}', 'ä']) {
    const id = await requestIdFor(t, unfit);
    holds('a request id of the server’s own', id !== null && /^[\w.-]{1,64}$/.test(id), id);
  }
}

async function wwwAuthenticate(t: Context) {
  for (const headers of [{}, { authorization: 'Bearer garbled' }]) {
    const answer = await t.request('GET', ME, { headers });
    equal('status', answer.status, 401);
    const value = answer.headers.get('www-authenticate') ?? '';
    holds('WWW-Authenticate', /^Bearer\b/.test(value), value);
  }
}

async function allow(t: Context) {
  const answer = await t.request('PATCH', operations.conversations.unread.path);
  equal('status', answer.status, 405);
  equal('Allow', [...(answer.headers.get('allow') ?? '').split(/, */)].sort(), ['GET', 'HEAD', 'OPTIONS']);
}

async function upgrade(t: Context) {
  for (const path of ['/ws/chat/', `/ws/chat/${randomUUID()}/`]) {
    const answer = await t.request('GET', path);
    refused(answer, 'upgrade_required');
    equal('Upgrade', answer.headers.get('upgrade'), 'websocket');
  }
}
