import { randomUUID } from 'node:crypto';
import { section } from '../case.ts';
import { equal, holds, includes } from '../check.ts';
import { type Context, range } from '../context.ts';
import { heardUntilPong } from '../inbox.ts';

/** The frames of a conversation’s socket (PROTOCOL 4.2 and 4.3). */
export const socket = [
  section('4.2', 'Client → server', [
    ['message is sent; message_id and type may stand beside it', sends],
    ['A frame that is not JSON, not an object, binary or of another type: invalid_frame', invalidFrames],
    [
      'A message that is missing, of the wrong type, blank or too long, or a message_id that is no UUID: invalid_request',
      invalidRequests,
    ],
    ['After an error the socket stays open and nothing was stored', staysOpen],
    ['A frame of 10,000 characters fits, and may come in fragments', fragments],
    ['What a client sent before it closed is stored', storedAfterClose],
  ]),
  section('4.3', 'Server → client', [
    [
      'Every socket of both participants, the sender’s included, receives exactly the chat_message',
      toEverybody,
    ],
    ['An error goes to the socket that caused it alone, with the message_id of the frame', errorsToOne],
    ['A delivered message has been committed', committed],
  ]),
];

async function sends(t: Context) {
  const { ada, id, last } = await t.chat();
  const mine = await t.plain(ada, id);
  const message_id = randomUUID();
  mine.send({ message: 'bare' });
  includes('the acknowledgement', await mine.next(), {
    type: 'chat_message',
    message: 'bare',
    seq: last + 1,
  });
  mine.send({ type: 'chat_message', message: 'whole', message_id: message_id.toUpperCase(), unknown: 1 });
  includes('the acknowledgement', await mine.next(), { message: 'whole', message_id, seq: last + 2 });
  const stored = (await t.history(ada, id, last)).map(({ content }) => content);
  equal('the history', stored, ['bare', 'whole']);
}

const refusesFrames = (code: string, frames: readonly (object | string)[]) => async (t: Context) => {
  const { ada, id, last } = await t.chat();
  const mine = await t.plain(ada, id);
  for (const frame of frames) {
    mine.send(frame);
    includes(`the answer to ${JSON.stringify(frame).slice(0, 60)}`, await mine.next(), {
      type: 'error',
      code,
    });
  }
  equal('last_seq', (await t.conversation(ada, id)).last_seq, last);
};

function invalidFrames(t: Context) {
  return refusesFrames('invalid_frame', [
    'not json',
    '',
    '[]',
    '"x"',
    'null',
    Buffer.from('{"message":"binary"}'),
    { type: 'shout', message: 'x' },
    { type: 7, message: 'x' },
  ])(t);
}

function invalidRequests(t: Context) {
  return refusesFrames('invalid_request', [
    {},
    { message: '' },
    { message: ' \n ' },
    { message: 'x'.repeat(10_001) },
    { message: 'a\0b' },
    '{"message":"\\ud800"}',
    { message: 7 },
    { message: ['x'] },
    { message: 'x', message_id: 'x' },
    { message: 'x', message_id: 7 },
  ])(t);
}

async function staysOpen(t: Context) {
  const { ada, id, last } = await t.chat();
  const mine = await t.plain(ada, id);
  mine.send('nonsense');
  mine.send({ message: ' ' });
  mine.send({ message: 'good' });
  const types = (await mine.take(3)).map((frame) => (frame.type === 'error' ? frame.code : frame.seq));
  // A message waits for its commit, what is refused does not have to.
  equal(
    'what came, in whatever order',
    types.map(String).sort(),
    [`${last + 1}`, 'invalid_frame', 'invalid_request'].sort(),
  );
}

async function fragments(t: Context) {
  const { ada, id } = await t.chat();
  const mine = await t.plain(ada, id);
  mine.ws.send('{"message":', { fin: false });
  mine.ws.send('"in two"}', { fin: true });
  includes('in fragments', await mine.next(), { message: 'in two' });
  mine.send(`{"message":"${'\\u00e9'.repeat(10_000)}"}`);
  const frame = await mine.next();
  if (frame.type === 'error') equal('a server with shorter messages', frame.code, 'invalid_request');
  else equal('the long one', frame.message, 'é'.repeat(10_000));
}

async function storedAfterClose(t: Context) {
  const { ada, id, last } = await t.chat();
  const mine = await t.plain(ada, id);
  for (const i of range(1, 5)) mine.send({ message: `${i}` });
  await mine.close();
  const until = performance.now() + t.patienceMs;
  while ((await t.conversation(ada, id)).last_seq < last + 5 && performance.now() < until);
  equal(
    'the history',
    (await t.history(ada, id, last)).map(({ content }) => content),
    ['1', '2', '3', '4', '5'],
  );
}

async function toEverybody(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const sockets = [await t.plain(ada, id), await t.plain(ada, id), await t.plain(ben, id)];
  const message_id = randomUUID();
  sockets[0]?.send({ message: 'Hello', message_id });
  const frames = await Promise.all(sockets.map((each) => each.next()));
  const [stored] = await t.history(ben, id, last);
  for (const frame of frames)
    equal('the frame', frame, {
      type: 'chat_message',
      message: 'Hello',
      sender_id: ada.id,
      sender_username: ada.username,
      timestamp: stored?.timestamp,
      message_id,
      conversation_id: id,
      seq: last + 1,
    });
}

async function errorsToOne(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  const [mine, mineToo, theirs] = [await t.plain(ada, id), await t.plain(ada, id), await t.plain(ben, id)];
  const message_id = randomUUID();
  mine.send({ message: '', message_id });
  includes('the error', await mine.next(), { type: 'error', code: 'invalid_request', message_id });
  mine.send({ message: 'good' });
  for (const each of [mineToo, theirs])
    includes('the first frame that others hear', await each.next(), { type: 'chat_message', seq: last + 1 });
}

async function committed(t: Context) {
  const { ada, ben, id } = await t.chat();
  const [mine, theirs] = [await t.plain(ada, id), await t.inbox(ben)];
  for (const i of range(1, 5)) {
    mine.send({ message: `${i}` });
    const frame = await theirs.next();
    holds('a message is heard', frame.type === 'chat_message', frame);
    if (frame.type !== 'chat_message') return;
    // Read at once, from the other side and perhaps from another node.
    const [stored] = await t.history(ben, id, frame.seq - 1);
    equal('what is stored when it is heard', [stored?.seq, stored?.content], [frame.seq, `${i}`]);
  }
  equal('nothing else', (await heardUntilPong(theirs)).length, 0);
}
