import { randomUUID } from 'node:crypto';
import type { ConversationState } from '@duet/contract';
import { section } from '../case.ts';
import { equal, holds, includes } from '../check.ts';
import type { Context } from '../context.ts';
import { heardUntilPong, nextOf, sumOf } from '../inbox.ts';
import { eavesdroppers, strangers } from './outsiders.ts';
import { signals } from './signals.ts';

/** The inbox: its state and its frames (PROTOCOL 7.3, 7.5 and 7.6). */
export const inbox = [
  section('7.3', 'State', [
    [
      'A message carries the state: last_seq, read_seqs and unread_counts of user1 and user2',
      stateOfMessages,
    ],
    ['Of two states the one with the greater sum is the later one', sums],
    ['A Conversation carries the same numbers from its reader’s side', sameNumbers],
  ]),
  section('7.5', 'Frames, client → server', [
    ['chat_message sends; the acknowledgement is the chat_message that comes back', sends],
    ['read marks as read; the answer is the read that comes back', marksRead],
    ['read that does not move the marker is answered on this socket alone, with where it is', readAgain],
    ['A frame that is not JSON, not an object, binary or of an unknown type: invalid_frame', invalidFrames],
    ['A frame with a fault names it in an error, and the socket stays open', invalidRequests],
    ['Frames for a conversation that is not there: not_found', notFound],
    ...strangers,
  ]),
  section('7.6', 'Frames, server → client', [
    ['A message comes to every duet.v1 socket of both sides', messageToAll],
    ['A conversation that is opened comes to both sides by itself', opened],
    ['A read marker comes to both sides, whichever transport moved it', readToAll],
    ['A conversation’s own socket hears the plain frame of the same message', plainFrame],
    ...eavesdroppers,
    ...signals,
  ]),
];

async function stateOfMessages(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const mine = await t.inbox(ada);
  const states: ConversationState[] = [];
  for (const person of [ben, ben, ada]) {
    await t.send(person, id, 'x');
    states.push((await nextOf(mine, 'chat_message')).state);
  }
  const read_seqs = [last, last];
  equal('the states', states, [
    { last_seq: last + 1, read_seqs, unread_counts: [1, 0] },
    { last_seq: last + 2, read_seqs, unread_counts: [2, 0] },
    { last_seq: last + 3, read_seqs, unread_counts: [2, 1] },
  ]);
}

async function sums(t: Context) {
  const { ada, ben, id } = await t.chat();
  const mine = await t.inbox(ada);
  let before = -1;
  for (const act of [
    async () => (await t.send(ben, id, 'x')) && nextOf(mine, 'chat_message'),
    async () => (await t.markRead(ada, id, 2_147_483_647)) && nextOf(mine, 'read'),
    async () => (await t.send(ada, id, 'y')) && nextOf(mine, 'chat_message'),
    async () => (await t.markRead(ben, id, 2_147_483_647)) && nextOf(mine, 'read'),
  ]) {
    const { state } = await act();
    holds('the sum grows', sumOf(state) > before, { before, state });
    before = sumOf(state);
  }
}

async function sameNumbers(t: Context) {
  const { ada, ben, id } = await t.chat();
  const mine = await t.inbox(ada);
  await t.send(ben, id, 'x');
  const { state } = await nextOf(mine, 'chat_message');
  const [mineView, theirs] = [await t.conversation(ada, id), await t.conversation(ben, id)];
  equal('last_seq', [mineView.last_seq, theirs.last_seq], [state.last_seq, state.last_seq]);
  equal('read_seqs', [mineView.read_seq, theirs.read_seq], state.read_seqs);
  equal('unread_counts', [mineView.unread_count, theirs.unread_count], state.unread_counts);
}

async function sends(t: Context) {
  const { ada, id, last } = await t.chat();
  const mine = await t.inbox(ada);
  const message_id = randomUUID();
  const frame = { type: 'chat_message', conversation_id: id.toUpperCase(), message: 'Hello', message_id };
  mine.send(frame);
  includes('the acknowledgement', await mine.next(), {
    ...frame,
    conversation_id: id,
    sender_id: ada.id,
    seq: last + 1,
  });
  includes('what is stored', (await t.history(ada, id, last))[0] ?? {}, { content: 'Hello', message_id });
}

async function marksRead(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const mine = await t.inbox(ada);
  await t.send(ben, id, '1');
  await t.send(ben, id, '2');
  mine.send({ type: 'read', conversation_id: id, seq: last + 1 });
  equal('the answer', await nextOf(mine, 'read'), {
    type: 'read',
    conversation_id: id,
    user_id: ada.id,
    seq: last + 1,
    state: { last_seq: last + 2, read_seqs: [last + 1, last], unread_counts: [1, 0] },
  });
  includes('the conversation', await t.conversation(ada, id), { read_seq: last + 1, unread_count: 1 });
}

async function readAgain(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const [mine, theirs] = [await t.inbox(ada), await t.inbox(ben)];
  await t.send(ben, id, 'unread');
  await nextOf(theirs, 'chat_message');
  mine.send({ type: 'read', conversation_id: id, seq: 0 });
  includes('the answer', await nextOf(mine, 'read'), { user_id: ada.id, seq: last });
  equal('what the other side hears', await heardUntilPong(theirs), []);
}

async function invalidFrames(t: Context) {
  const { ada } = await t.chat();
  const mine = await t.inbox(ada);
  for (const frame of [
    'nonsense',
    '',
    '[]',
    'null',
    Buffer.from('{"type":"ping"}'),
    {},
    { type: 'shout' },
    { type: 7 },
  ]) {
    mine.send(frame);
    includes(`the answer to ${JSON.stringify(frame)}`, await mine.next(), {
      type: 'error',
      code: 'invalid_frame',
    });
  }
}

async function invalidRequests(t: Context) {
  const { ada, id, last } = await t.chat();
  const mine = await t.inbox(ada);
  const message_id = randomUUID();
  const send = { type: 'chat_message', conversation_id: id, message: 'x', message_id };
  const about = { frame: 'chat_message', conversation_id: id };
  for (const [frame, named] of [
    [
      { ...send, message: ' ' },
      { ...about, message_id },
    ],
    [
      { ...send, message: 'a\0b' },
      { ...about, message_id },
    ],
    [
      { ...send, message: 'x'.repeat(10_001) },
      { ...about, message_id },
    ],
    [{ ...send, message_id: undefined }, about],
    [{ ...send, message_id: 'x' }, about],
    [
      { type: 'read', conversation_id: id, seq: -1 },
      { frame: 'read', conversation_id: id },
    ],
    [
      { type: 'typing', conversation_id: id },
      { frame: 'typing', conversation_id: id },
    ],
    [{ type: 'presence', conversation_ids: Array(101).fill(id) }, { frame: 'presence' }],
    [{ type: 'sync', limit: 1001 }, { frame: 'sync' }],
    [{ type: 'sync', limit: 0 }, { frame: 'sync' }],
  ] as const) {
    mine.send(frame);
    const answer = await mine.next();
    includes(`the answer to ${JSON.stringify(frame).slice(0, 80)}`, answer, {
      type: 'error',
      code: 'invalid_request',
      ...named,
    });
  }
  mine.send(send);
  includes('the next good one', await mine.next(), { type: 'chat_message', seq: last + 1 });
}

async function notFound(t: Context) {
  const { ada } = await t.chat();
  const mine = await t.inbox(ada);
  for (const conversation_id of [randomUUID(), 'x'])
    for (const frame of [
      { type: 'chat_message', conversation_id, message: 'x', message_id: randomUUID() },
      { type: 'read', conversation_id, seq: 1 },
      { type: 'typing', conversation_id, typing: true },
    ]) {
      mine.send(frame);
      const answer = await mine.next();
      includes(`the answer to ${frame.type}`, answer, {
        type: 'error',
        code: 'not_found',
        frame: frame.type,
      });
    }
}

async function messageToAll(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const devices = [await t.inbox(ada), await t.inbox(ada), await t.inbox(ben)];
  await t.send(ben, id, 'Hello');
  const [first, ...others] = await Promise.all(devices.map((device) => nextOf(device, 'chat_message')));
  includes('the frame', first ?? {}, {
    conversation_id: id,
    message: 'Hello',
    sender_id: ben.id,
    seq: last + 1,
  });
  for (const other of others) equal('the frame on another device', other, first);
}

async function opened(t: Context) {
  const ada = await t.people.fresh();
  const [ben] = await t.people.others(1, [ada]);
  if (!ben) return;
  const devices = [await t.inbox(ada, { everything: true }), await t.inbox(ben, { everything: true })];
  const conversation = await t.open(ada, ben);
  for (const device of devices) {
    for (;;) {
      const frame = await nextOf(device, 'conversation');
      if (frame.conversation.id !== conversation.id) continue; // Ben is not ours alone
      equal('the frame', frame.conversation, conversation);
      break;
    }
  }
}

async function readToAll(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const devices = [await t.inbox(ada), await t.inbox(ada), await t.inbox(ben)];
  await t.send(ben, id, '1');
  await t.markRead(ada, id, last + 1);
  for (const device of devices)
    equal('the frame', await nextOf(device, 'read'), {
      type: 'read',
      conversation_id: id,
      user_id: ada.id,
      seq: last + 1,
      state: { last_seq: last + 1, read_seqs: [last + 1, last], unread_counts: [0, 0] },
    });
}

async function plainFrame(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const [mine, plain] = [await t.inbox(ada), await t.plain(ben, id)];
  plain.send({ message: 'from the plain one' });
  const { state, sender_display_name: _, ...rest } = await nextOf(mine, 'chat_message');
  equal('the plain frame', await plain.next(), rest);
  equal('last_seq of the state', state.last_seq, last + 1);
}
