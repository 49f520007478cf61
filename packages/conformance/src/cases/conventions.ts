import { randomUUID } from 'node:crypto';
import { message as messageSchema, operations } from '@duet/contract';
import { section } from '../case.ts';
import { equal, holds, NotApplicable } from '../check.ts';
import { at, type Context } from '../context.ts';
import { refused } from '../problem.ts';

const send = operations.messages.send;

/** What ids, times and texts look like (PROTOCOL 1.1 to 1.3). */
export const conventions = [
  section('1.1', 'Identifiers', [
    ['A conversation’s id is a UUID of version 8, in lower case', conversationIds],
    ['A pair has exactly one conversation, whoever asks', onePair],
    ['Ids of conversations are accepted in either case', eitherCase],
    ['A message_id is accepted in either case and answered in lower case', messageIds],
    ['Without a message_id the message gets a UUID', madeIds],
  ]),
  section('1.2', 'Time', [
    ['Times are ISO 8601, UTC, milliseconds, Z', times],
    ['Within a conversation timestamps never go backwards', monotonic],
  ]),
  section('1.3', 'Text', [
    ['Text is stored and answered exactly as it was sent', exactText],
    ['The 10,000 characters are taken, however they are escaped', longText],
    ['Text that is too long is refused', tooLong],
    ['Text with a NUL character or a lone surrogate is refused', poisoned],
    ['Blank text is refused', blank],
    ['What is no text is refused', noText],
  ]),
];

async function conversationIds(t: Context) {
  const { id } = await t.chat();
  holds('the id', /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(id), id);
}

async function onePair(t: Context) {
  const { ada, ben, id } = await t.chat();
  equal('the id that one side gets', (await t.open(ada, ben)).id, id);
  equal('the id that the other side gets', (await t.open(ben, ada)).id, id);
}

async function eitherCase(t: Context) {
  const { ada, id, last } = await t.chat();
  equal('the id that is answered', (await t.conversation(ada, id.toUpperCase())).id, id);
  const sent = await t.send(ada, id.toUpperCase(), 'in capitals');
  equal('conversation_id and seq', [sent.conversation_id, sent.seq], [id, last + 1]);
}

async function messageIds(t: Context) {
  const { ada, id } = await t.chat();
  const message_id = randomUUID();
  equal('message_id', (await t.send(ada, id, 'x', message_id.toUpperCase())).message_id, message_id);
}

async function madeIds(t: Context) {
  const { ada, id } = await t.chat();
  const { message_id } = await t.send(ada, id, 'x');
  holds('message_id', /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(message_id), message_id);
}

async function times(t: Context) {
  const { ada, id } = await t.chat();
  const { timestamp } = await t.send(ada, id, 'when');
  const { created_at } = await t.conversation(ada, id);
  for (const time of [timestamp, created_at])
    holds('the time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time), time);
  const offMs = Math.abs(Date.parse(timestamp) - Date.now());
  holds('the time is now, within a day', offMs < 86_400_000, timestamp);
}

async function monotonic(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  await Promise.all([ada, ben, ada, ben, ada, ben].map((person) => t.send(person, id, 'tick')));
  const stamps = (await t.history(ada, id, last)).map(({ timestamp }) => timestamp);
  equal('timestamps in the order of seq', stamps, [...stamps].sort());
}

const TEXTS = [
  '  padded \n',
  '<b>&amp;</b>',
  '👩‍👩‍👧‍👦 ﷽ \u202Ertl',
  "'; drop table messages; --",
  '\u0001\uFEFF{"content":1}',
  'e\u0301 \u00e9',
];

async function exactText(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  for (const text of TEXTS) equal('content of the answer', (await t.send(ada, id, text)).content, text);
  equal(
    'contents in the history',
    (await t.history(ben, id, last)).map(({ content }) => content),
    TEXTS,
  );
}

async function longText(t: Context) {
  const { ada, id } = await t.chat();
  const answer = await t.request('POST', at(send.path, id), {
    token: ada.token,
    body: `{"content":"${'\\u00e9'.repeat(10_000)}"}`,
    headers: { 'content-type': 'application/json' },
  });
  if (answer.status === 400) throw new NotApplicable('this server takes shorter messages only');
  equal('content', answer.as(messageSchema).content, 'é'.repeat(10_000));
}

async function tooLong(t: Context) {
  const { ada, id, last } = await t.chat();
  // Code units count: two for each of these.
  for (const content of ['x'.repeat(10_001), `x${'😀'.repeat(5000)}`])
    refused(await t.post(ada, at(send.path, id), { content }), 'invalid_request', 'content');
  equal('last_seq', (await t.conversation(ada, id)).last_seq, last);
}

const refuses = (contents: readonly unknown[]) => async (t: Context) => {
  const { ada, id, last } = await t.chat();
  for (const content of contents)
    refused(await t.post(ada, at(send.path, id), { content }), 'invalid_request', 'content');
  equal('last_seq', (await t.conversation(ada, id)).last_seq, last);
};

function poisoned(t: Context) {
  return refuses(['a\0b', '\0', '\ud800', 'x\udc00y'])(t);
}
function blank(t: Context) {
  return refuses(['', ' ', ' \n\t\u3000'])(t);
}
function noText(t: Context) {
  return refuses([1, null, true, ['a'], {}, undefined])(t);
}
