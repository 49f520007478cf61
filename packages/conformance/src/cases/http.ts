import { randomUUID } from 'node:crypto';
import { message as messageSchema, operations } from '@duet/contract';
import { section } from '../case.ts';
import { equal, holds } from '../check.ts';
import { at, type Chat, CONVERSATIONS, type Context } from '../context.ts';
import { refused } from '../problem.ts';
import { everyOperation, everyPath } from './operations.ts';

const send = operations.messages.send;
/** What holds for all of REST (PROTOCOL 3.1), each path and each operation. */
export const http = [
  section('3.1', 'What holds for all of REST', [
    ['A path in another case, with doubled slashes, or one that is nowhere is 404', nowhere],
    ['Percent-encoding is decoded', percent],
    ['HEAD is GET without the body', head],
    ['A body may say charset=utf-8', charset],
    ['A body of another type is 415', otherType],
    ['A body over 64 KiB is 413, one of just that is not', tooLarge],
    ['A body that is empty, malformed or not an object is 400', malformed],
    ['A body that is not UTF-8 is 400', notUtf8],
    ['Unknown fields are ignored, an unknown parameter is 400 and the known ones are named', unknown],
    ['A parameter that is known, given twice, is 400', twice],
    [
      'The token is checked first, then the body, then whether the thing exists, then whether it is yours',
      order,
    ],
    ['Answers carry Cache-Control: no-store', noStore],
    ...everyPath,
    ...everyOperation,
  ]),
];

const sendRaw = (
  { ada, id }: Chat,
  t: Context,
  body: string | Uint8Array<ArrayBuffer>,
  type = 'application/json',
) => t.request('POST', at(send.path, id), { token: ada.token, body, headers: { 'content-type': type } });

async function nowhere(t: Context) {
  const { ada } = await t.chat();
  for (const path of [
    CONVERSATIONS.toUpperCase(),
    '/api/chat//conversations/',
    '/api/chat/conversations//',
    '/api/chat/',
    '/nowhere/',
  ])
    refused(await t.get(ada, path), 'not_found');
}

async function percent(t: Context) {
  const { ada, id } = await t.chat();
  const encoded = [...id].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('');
  equal('the id', (await t.conversation(ada, encoded)).id, id);
}

async function head(t: Context) {
  const { ada, id } = await t.chat();
  for (const path of [operations.users.me.path, at(operations.conversations.get.path, id), '/healthz']) {
    const [get, answer] = [await t.get(ada, path), await t.request('HEAD', path, { token: ada.token })];
    equal(`HEAD ${path}: status and body`, [answer.status, answer.text], [get.status, '']);
    equal(`HEAD ${path}: Content-Type`, answer.headers.get('content-type'), get.headers.get('content-type'));
  }
  equal('HEAD without a token', (await t.request('HEAD', CONVERSATIONS)).status, 401);
}

async function charset(t: Context) {
  const chat = await t.chat();
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
  ])
    equal(type, (await sendRaw(chat, t, '{"content":"é"}', type)).as(messageSchema).content, 'é');
}

async function otherType(t: Context) {
  const chat = await t.chat();
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=latin1',
    'application/jsonx',
  ])
    refused(await sendRaw(chat, t, '{"content":"x"}', type), 'unsupported_media_type');
}

async function tooLarge(t: Context) {
  const chat = await t.chat();
  const filler = (bytes: number) => `{"content":"x","filler":"${'x'.repeat(bytes - 27)}"}`;
  equal('64 KiB: status', (await sendRaw(chat, t, filler(65_536))).status, 201);
  refused(await sendRaw(chat, t, filler(65_537)), 'payload_too_large');
}

async function malformed(t: Context) {
  const chat = await t.chat();
  for (const body of [
    '',
    ' ',
    '{',
    '{"content":"x"} {}',
    "{'content':'x'}",
    'undefined',
    '[]',
    '[{"content":"x"}]',
    '"x"',
    '1',
    'null',
    '['.repeat(10_000),
  ])
    refused(await sendRaw(chat, t, body), 'invalid_request');
  equal('last_seq', (await t.conversation(chat.ada, chat.id)).last_seq, chat.last);
}

async function notUtf8(t: Context) {
  const chat = await t.chat();
  const bytes = new Uint8Array([...Buffer.from('{"content":"'), 0xff, 0xfe, ...Buffer.from('"}')]);
  refused(await sendRaw(chat, t, bytes), 'invalid_request');
}

async function unknown(t: Context) {
  const { ada, eve, id, last } = await t.chat();
  const fields = {
    content: 'x',
    seq: 999,
    sender_id: eve.id,
    conversation_id: randomUUID(),
    extra: { a: 1 },
  };
  const { seq, sender, conversation_id } = (await t.post(ada, at(send.path, id), fields)).as(messageSchema);
  equal('seq, sender and conversation', [seq, sender.id, conversation_id], [last + 1, ada.id, id]);
  const misspelt = await t.get(ada, `${CONVERSATIONS}?limit=1&unknown=1`);
  refused(misspelt, 'invalid_request', 'unknown');
  holds('the known ones are named', misspelt.text.includes('cursor'), misspelt.text);
}

async function twice(t: Context) {
  const { ada, id } = await t.chat();
  const history = at(operations.messages.list.path, id);
  refused(await t.get(ada, `${CONVERSATIONS}?limit=1&limit=2`), 'invalid_request', 'limit');
  refused(await t.get(ada, `${history}?order=asc&order=asc`), 'invalid_request', 'order');
  refused(await t.get(ada, `${operations.users.find.path}?search=a&search=b`), 'invalid_request', 'search');
}

async function order(t: Context) {
  const { ada, eve, id } = await t.chat();
  const nowhere = at(send.path, randomUUID());
  refused(await t.request('POST', nowhere, { json: {} }), 'missing_token');
  refused(await t.post(ada, nowhere, {}), 'invalid_request');
  refused(await t.post(ada, nowhere, { content: 'x' }), 'not_found');
  refused(await t.post(eve, at(send.path, id), {}), 'invalid_request');
  refused(await t.post(eve, at(send.path, id), { content: 'x' }), 'not_participant');
}

async function noStore(t: Context) {
  const { ada, id } = await t.chat();
  for (const path of [CONVERSATIONS, at(operations.messages.list.path, id), operations.users.me.path])
    equal(`GET ${path}`, (await t.get(ada, path)).headers.get('cache-control'), 'no-store');
}
