import { randomUUID } from 'node:crypto';
import type { clientFrames } from '@duet/contract';
import type { Sentence } from '../case.ts';
import { equal, Failure, holds, includes } from '../check.ts';
import type { Chat, Context } from '../context.ts';
import { heardUntilPong, type Inbox, nextOf, sync } from '../inbox.ts';
import { closeOf } from '../wire/socket.ts';

/** What every frame does for nobody, and for somebody who is not in the conversation: sentences of PROTOCOL 7.5. */
export const strangers: readonly Sentence[] = [
  ['No frame does anything before there is a token: 4401 missing_token', nobody],
  ['chat_message to a conversation that is not yours: not_participant, and nothing is stored', sends],
  ['read in a conversation that is not yours: not_participant, and nothing moves', reads],
  ['typing in a conversation that is not yours is refused, and nobody hears it', types],
  ['presence passes over conversations that are not yours', watches],
  ['sync and ping name no conversation that is not yours', asks],
];

/** What an outsider’s socket hears, which is nothing: sentences of PROTOCOL 7.6. */
export const eavesdroppers: readonly Sentence[] = [
  ['An outsider’s inbox hears nothing of a conversation: no message, no marker, no typing', hearsNothing],
  ['An outsider’s inbox does not hear that others opened a conversation', hearsNoOpening],
];

/** A frame of each type, as a participant would send it. */
function everyFrame(id: string): Record<Exclude<keyof typeof clientFrames, 'auth'>, object> {
  return {
    sync: {},
    chat_message: { conversation_id: id, message: 'from outside', message_id: randomUUID() },
    read: { conversation_id: id, seq: 2_147_483_647 },
    typing: { conversation_id: id, typing: true },
    presence: { conversation_ids: [id] },
    ping: {},
  };
}

async function nobody(t: Context) {
  const { ada, ben, id } = await t.chat();
  const theirs = await t.inbox(ben);
  await t.send(ada, id, 'unread');
  await nextOf(theirs, 'chat_message');
  const before = await t.conversation(ben, id);
  for (const [type, fields] of Object.entries(everyFrame(id))) {
    const stranger = await t.rawInbox();
    stranger.send({ type, ...fields });
    equal(`the close after ${type}`, await stranger.closed(), closeOf('missing_token'));
    equal(`what ${type} was answered`, stranger.untaken, []);
  }
  equal('the conversation', await t.conversation(ben, id), before);
  equal('what Ben hears', await heardUntilPong(theirs), []);
}

/** Eve, who knows the id, and Ben, who would hear what she does; with a message that Ben has not read. */
async function intruder(t: Context): Promise<Chat & { hers: Inbox; theirs: Inbox }> {
  const chat = await t.chat();
  const [hers, theirs] = [await t.inbox(chat.eve), await t.inbox(chat.ben)];
  await t.send(chat.ada, chat.id, 'unread'); // and the server knows who takes part
  await nextOf(theirs, 'chat_message');
  return { ...chat, hers, theirs };
}

async function refuses(t: Context, type: keyof ReturnType<typeof everyFrame>, codes: readonly string[]) {
  const { ben, id, hers, theirs } = await intruder(t);
  const before = await t.conversation(ben, id);
  const answers = new Set<string>();
  for (let tries = 0; tries < 2; tries += 1) {
    hers.send({ type, ...everyFrame(id)[type] });
    const answer = await hers.next();
    includes('the answer', answer, { type: 'error', frame: type });
    if (answer.type === 'error') answers.add(answer.code);
  }
  for (const code of answers)
    if (!codes.includes(code)) throw new Failure('the code', codes.join(' or '), code);
  equal('the conversation', await t.conversation(ben, id), before);
  equal('what Ben hears', await heardUntilPong(theirs), []);
}

function sends(t: Context) {
  return refuses(t, 'chat_message', ['not_participant']);
}
function reads(t: Context) {
  return refuses(t, 'read', ['not_participant']);
}
function types(t: Context) {
  return refuses(t, 'typing', ['not_participant', 'not_found']);
}

async function watches(t: Context) {
  const { id, hers } = await intruder(t);
  hers.send({ type: 'presence', conversation_ids: [id, randomUUID(), 'x'] });
  equal('what she hears', await heardUntilPong(hers), []);
}

async function asks(t: Context) {
  const { ada, eve, id } = await t.chat();
  const hers = await t.inbox(eve, { everything: true });
  const first = await sync(hers);
  await t.send(ada, id, 'not for everybody');
  const second = await sync(hers, first.cursor);
  for (const { conversations } of [first, second])
    holds(
      'a sync does not name it',
      conversations.every((each) => each.id !== id),
      id,
    );
  hers.send({ type: 'ping', cursor: first.cursor });
  const { heads } = await nextOf(hers, 'pong');
  holds(
    'a pong does not name it',
    heads?.every(({ conversation_id }) => conversation_id !== id) ?? true,
    heads,
  );
}

async function hearsNothing(t: Context) {
  const { ada, ben, id, hers, theirs } = await intruder(t);
  const plain = await t.plain(ada, id);
  await t.send(ada, id, 'through REST');
  plain.send({ message: 'through the socket' });
  for (const _ of [1, 2]) await nextOf(theirs, 'chat_message');
  theirs.send({ type: 'read', conversation_id: id, seq: 2_147_483_647 });
  await nextOf(theirs, 'read');
  const mine = await t.inbox(ada);
  mine.send({ type: 'typing', conversation_id: id, typing: true });
  await nextOf(theirs, 'typing');
  await t.markRead(ben, id, 1);
  equal('what Eve hears', await heardUntilPong(hers), []);
}

async function hearsNoOpening(t: Context) {
  const ada = await t.people.fresh();
  const [ben, eve] = await t.people.others(2, [ada]);
  if (!ben || !eve) return;
  const [hers, mine] = [await t.inbox(eve, { everything: true }), await t.inbox(ada, { everything: true })];
  const { id } = await t.open(ada, ben);
  await nextOf(mine, 'conversation');
  await t.send(ada, id, 'not for everybody');
  await nextOf(mine, 'chat_message');
  const heard = JSON.stringify(await heardUntilPong(hers));
  holds('Eve hears nothing of it', !heard.includes(id), heard);
}
