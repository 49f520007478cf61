import { randomUUID } from 'node:crypto';
import { operations } from '@duet/contract';
import { section } from '../case.ts';
import { equal, holds, includes } from '../check.ts';
import { at, type Context, range } from '../context.ts';
import { nextOf, sync } from '../inbox.ts';
import { refused } from '../problem.ts';

const send = operations.messages.send;

/** What a client goes through (PROTOCOL 6): repeating what it cannot know about, and catching up. */
export const scenarios = [
  section('6.1', 'Two people meet', [
    ['Finding, opening, connecting, sending: both hear the same frame', meet],
  ]),
  section('6.2', 'The answer got lost', [
    ['The same again over REST: 200 with the original', restRestAgain],
    ['The same again on a conversation’s socket: the original frame, there alone', plainAgain],
    ['The same again in the inbox: the original frame', inboxAgain],
    ['Sent on a socket, and again over REST: 200 with the original', restAfterSocket],
    ['Of tries at once, over all transports, there is one message', atOnce],
    ['The same message_id with other content is a conflict, over every transport', otherContent],
    ['The same message_id from the other participant is a conflict, over every transport', otherSender],
    ['Later messages change nothing: the original keeps its seq and time', later],
  ]),
  section('6.3', 'The connection broke', [
    ['What was missed is read by seq, and goes on without a hole on the new socket', bySeq],
    ['What was missed is named by sync, and live frames follow', bySync],
  ]),
  section('6.7', 'Everything on one socket', [
    ['A conversation that somebody opens comes by itself, and a cursor names only what changed', oneSocket],
  ]),
  section('6.8', 'A frame got lost, the socket did not', [
    ['A pong tells of a last_seq that the client does not hold', lostFrame],
  ]),
];

async function meet(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const { path, output } = operations.users.find;
  const found = (await t.get(ada, `${path}?search=${encodeURIComponent(ben.username)}`)).as(output);
  holds(
    'Ada finds Ben',
    found.some((user) => user.id === ben.id),
    found,
  );
  equal('the conversation', (await t.open(ada, ben)).id, id);
  const [mine, theirs] = [await t.plain(ada, id), await t.plain(ben, id)];
  mine.send({ message: 'Hello' });
  const frame = await mine.next();
  includes('the frame', frame, { message: 'Hello', sender_id: ada.id, seq: last + 1 });
  equal('the frame that Ben hears', await theirs.next(), frame);
}

async function restRestAgain(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const message = { content: 'once', message_id: randomUUID() };
  const answers = [];
  for (const _ of range(1, 3)) answers.push(await t.post(ada, at(send.path, id), message));
  equal(
    'statuses',
    answers.map(({ status }) => status),
    [201, 200, 200],
  );
  const [first, ...again] = answers.map((answer) => answer.as(send.output));
  for (const each of again) equal('the answer', each, first);
  equal('in the other case', (await t.send(ada, id, 'once', message.message_id.toUpperCase())).seq, last + 1);
  includes('the conversation', await t.conversation(ben, id), { last_seq: last + 1, unread_count: 1 });
}

async function plainAgain(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const message_id = randomUUID();
  await t.send(ada, id, 'once', message_id);
  const [mine, mineToo, theirs] = [await t.plain(ada, id), await t.plain(ada, id), await t.plain(ben, id)];
  mine.send({ message: 'once', message_id });
  includes('the original', await mine.next(), { message_id, message: 'once', seq: last + 1 });
  mine.send({ message: 'next' });
  for (const each of [mine, mineToo, theirs])
    includes('the next frame', await each.next(), { message: 'next', seq: last + 2 });
}

async function inboxAgain(t: Context) {
  const { ada, id, last } = await t.chat();
  const message_id = randomUUID();
  await t.send(ada, id, 'once', message_id);
  const mine = await t.inbox(ada);
  mine.send({ type: 'chat_message', conversation_id: id, message: 'once', message_id });
  includes('the original', await nextOf(mine, 'chat_message'), {
    message_id,
    message: 'once',
    seq: last + 1,
  });
  equal('last_seq', (await t.conversation(ada, id)).last_seq, last + 1);
}

async function restAfterSocket(t: Context) {
  const { ada, id, last } = await t.chat();
  const mine = await t.plain(ada, id);
  const message_id = randomUUID();
  mine.send({ message: 'once', message_id });
  const heard = await mine.next();
  const answer = await t.post(ada, at(send.path, id), { content: 'once', message_id });
  equal('status', answer.status, 200);
  const { seq, timestamp } = answer.as(send.output);
  includes('the original', heard, { seq, timestamp });
  equal('last_seq', [seq, (await t.conversation(ada, id)).last_seq], [last + 1, last + 1]);
}

async function atOnce(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const [plain, inbox] = [await t.plain(ada, id), await t.inbox(ada)];
  for (const round of range(1, 3)) {
    const message_id = randomUUID();
    plain.send({ message: 'once', message_id });
    inbox.send({ type: 'chat_message', conversation_id: id, message: 'once', message_id });
    const tries = range(1, 6).map(() => t.post(ada, at(send.path, id), { content: 'once', message_id }));
    const answers = (await Promise.all(tries)).map((answer) => answer.as(send.output));
    for (const answer of answers) equal('seq', answer.seq, last + round);
    let frame = await plain.next();
    // The original of the round before may come once more.
    while ('seq' in frame && frame.seq < last + round) frame = await plain.next();
    includes('the frame', frame, { message_id, seq: last + round });
    includes('the conversation', await t.conversation(ben, id), {
      last_seq: last + round,
      unread_count: round,
    });
  }
  equal('the history', (await t.history(ada, id, last)).length, 3);
}

async function otherContent(t: Context) {
  const { ada, id, last } = await t.chat();
  const message_id = randomUUID();
  await t.send(ada, id, 'mine', message_id);
  refused(await t.post(ada, at(send.path, id), { content: 'other', message_id }), 'conflict');
  const [plain, inbox] = [await t.plain(ada, id), await t.inbox(ada)];
  plain.send({ message: 'other', message_id });
  includes('on a conversation’s socket', await plain.next(), { type: 'error', code: 'conflict', message_id });
  inbox.send({ type: 'chat_message', conversation_id: id, message: 'other', message_id });
  includes('in the inbox', await nextOf(inbox, 'error'), {
    type: 'error',
    code: 'conflict',
    message_id,
    conversation_id: id,
  });
  equal(
    'the history',
    (await t.history(ada, id, last)).map(({ content }) => content),
    ['mine'],
  );
}

async function otherSender(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const message_id = randomUUID();
  await t.send(ada, id, 'mine', message_id);
  refused(await t.post(ben, at(send.path, id), { content: 'mine', message_id }), 'conflict');
  const [plain, inbox] = [await t.plain(ben, id), await t.inbox(ben)];
  plain.send({ message: 'mine', message_id });
  includes('on a conversation’s socket', await plain.next(), { type: 'error', code: 'conflict' });
  inbox.send({ type: 'chat_message', conversation_id: id, message: 'mine', message_id });
  includes('in the inbox', await nextOf(inbox, 'error'), { type: 'error', code: 'conflict' });
  equal(
    'senders',
    (await t.history(ada, id, last)).map(({ sender }) => sender.id),
    [ada.id],
  );
}

async function later(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const message_id = randomUUID();
  const original = await t.send(ada, id, 'once', message_id);
  await t.send(ben, id, 'later');
  await t.markRead(ben, id, last + 2);
  equal('the answer', await t.send(ada, id, 'once', message_id), { ...original, read: true });
}

async function bySeq(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const first = await t.plain(ben, id);
  await t.send(ada, id, 'heard');
  includes('before', await first.next(), { seq: last + 1 });
  first.ws.terminate();
  for (const i of range(2, 5)) await t.send(ada, id, `missed ${i}`);
  const second = await t.plain(ben, id);
  await t.send(ada, id, 'live');
  const missed = (await t.history(ben, id, last + 1)).map(({ seq }) => seq);
  equal('what is read', missed, range(last + 2, last + 6));
  includes('what is live', await second.next(), { message: 'live', seq: last + 6 });
}

async function bySync(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const first = await t.inbox(ben);
  const { cursor } = await sync(first);
  first.ws.terminate();
  for (const i of range(1, 4)) await t.send(ada, id, `missed ${i}`);
  const second = await t.inbox(ben);
  const back = await sync(second, cursor);
  includes('synced', back, { reset: false });
  includes('what is named', back.conversations[0] ?? {}, { id, last_seq: last + 4, unread_count: 4 });
  equal('what is read', (await t.history(ben, id, last)).length, 4);
  await t.send(ada, id, 'live');
  let frame = await nextOf(second, 'chat_message');
  // What was missed may still come, from another node.
  while (frame.seq < last + 5) frame = await nextOf(second, 'chat_message');
  includes('what is live', frame, { message: 'live', seq: last + 5 });
}

async function oneSocket(t: Context) {
  const ada = await t.people.fresh();
  const [ben, cy] = await t.people.others(2, [ada]);
  if (!ben || !cy) return;
  const mine = await t.inbox(ada, { everything: true });
  equal('what she has', (await sync(mine)).conversations, []);
  const withBen = await t.open(ben, ada);
  equal('the frame', (await nextOf(mine, 'conversation')).conversation.id, withBen.id);
  const withCy = await t.open(cy, ada);
  await nextOf(mine, 'conversation');
  const { cursor } = await sync(mine);
  mine.ws.terminate();
  await t.send(ben, withBen.id, 'while she is away');
  const back = await sync(await t.inbox(ada, { everything: true }), cursor);
  const named = back.conversations.map(({ id }) => id);
  holds('what changed is named', named.includes(withBen.id), named);
  holds('it is no reset', !back.reset, { reset: back.reset, other: withCy.id });
}

async function lostFrame(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const mine = await t.inbox(ada);
  const { cursor } = await sync(mine);
  await t.send(ben, id, 'the frame of which is lost');
  mine.send({ type: 'ping', cursor });
  const { heads } = await nextOf(mine, 'pong');
  const head = heads?.find(({ conversation_id }) => conversation_id === id);
  equal('last_seq of the head', head?.state.last_seq, last + 1);
  equal(
    'what is read',
    (await t.history(ada, id, last)).map(({ seq }) => seq),
    [last + 1],
  );
}
