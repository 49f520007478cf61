import { randomUUID } from 'node:crypto';
import { section } from '../case.ts';
import { equal, Failure, holds, includes } from '../check.ts';
import { type Context, heardUntilPong, range } from '../context.ts';
import { nowInSeconds } from '../people/secret.ts';
import { closeOf, Refused } from '../wire/socket.ts';

/** The socket of one conversation (PROTOCOL 4). */
export const socket = [
  section('4.1', 'Connecting', [
    ['The token may come in the query or in the header', ways],
    ['Without a token, or with one that does not hold, it is closed with 4401 and the reason', badToken],
    ['An expired token closes it with 4401 token_expired', expiredToken],
    ['Somebody else’s conversation closes it with 4403, and an outsider hears nothing', outsider],
    ['An unknown conversation, or a malformed id, closes it with 4404', unknownConversation],
    ['An upgrade on any other path is answered as a plain request: 404', elsewhere],
    ['It hears every message that commits from then on, through whatever transport', hears],
  ]),
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
  section('4.6', 'Closing by the server', [
    ['A text frame that is not UTF-8: 1007', notUtf8],
    ['A frame over 64 KiB: 1009', tooLarge],
    ['When the token’s exp comes while the socket is open: 4401 token_expired', expires],
  ]),
];

async function ways(t: Context) {
  const { ada, id } = await t.chat();
  const byQuery = await t.plain(ada, id);
  const byHeader = await t.socket(`/ws/chat/${id.toUpperCase()}/`, {
    headers: { authorization: `Bearer ${ada.token}` },
  });
  byHeader.send({ message: 'both' });
  equal('the frame', await byQuery.next(), await byHeader.next());
}

async function badToken(t: Context) {
  const { id } = await t.chat();
  for (const [query, code] of [
    ['', 'missing_token'],
    ['?token=', 'missing_token'],
    ['?token=garbled', 'invalid_token'],
    ['?token=a.b.c', 'invalid_token'],
  ] as const) {
    const refused = await t.socket(`/ws/chat/${id}/${query}`);
    equal(`the close of ${query || 'no token'}`, await refused.closed(), closeOf(code));
  }
}

async function expiredToken(t: Context) {
  const token = await t.people.mint({ sub: randomUUID(), exp: nowInSeconds() - 10 });
  const refused = await t.socket(`/ws/chat/${randomUUID()}/?token=${token}`);
  equal('the close', await refused.closed(), closeOf('token_expired'));
}

async function outsider(t: Context) {
  const { ada, ben, eve, id } = await t.chat();
  const mine = await t.plain(ada, id);
  const refused = await t.plain(eve, id);
  await t.send(ben, id, 'not for everybody');
  mine.send({ message: 'nor this' });
  await mine.take(2);
  equal('the close', await refused.closed(), closeOf('not_participant'));
  equal('what it heard', refused.untaken, []);
}

async function unknownConversation(t: Context) {
  const { ada } = await t.chat();
  for (const id of [randomUUID(), 'nonsense', '%00']) {
    const refused = await t.socket(`/ws/chat/${id}/?token=${ada.token}`);
    equal(`the close of ${id}`, await refused.closed(), closeOf('not_found'));
  }
}

async function elsewhere(t: Context) {
  const { ada, id } = await t.chat();
  for (const path of ['/nowhere', '/ws/', `/ws/chat/${id}/x/`]) {
    const outcome = await t.socket(`${path}?token=${ada.token}`).then(
      () => 'a socket',
      (error: unknown) => error,
    );
    if (!(outcome instanceof Refused)) throw new Failure(`an upgrade on ${path}`, 404, outcome);
    equal(`an upgrade on ${path}`, outcome.status, 404);
  }
}

async function hears(t: Context) {
  const { ada, ben, id, last } = await t.chat();
  await t.send(ada, id, 'before');
  const [theirs, inbox] = [await t.plain(ben, id), await t.inbox(ada)];
  const mine = await t.plain(ada, id);
  await t.send(ada, id, 'REST');
  mine.send({ message: 'socket' });
  await mine.take(2);
  inbox.send({ type: 'chat_message', conversation_id: id, message: 'inbox', message_id: randomUUID() });
  const heard = (await theirs.take(3)).map((frame) =>
    frame.type === 'error' ? frame : [frame.seq, frame.message],
  );
  equal('what was heard', heard, [
    [last + 2, 'REST'],
    [last + 3, 'socket'],
    [last + 4, 'inbox'],
  ]);
}

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
  const until = Date.now() + t.patienceMs;
  while ((await t.conversation(ada, id)).last_seq < last + 5 && Date.now() < until);
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

async function notUtf8(t: Context) {
  const { ada, id } = await t.chat();
  const mine = await t.plain(ada, id);
  mine.ws.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false });
  equal('the close code', (await mine.closed()).code, 1007);
}

async function tooLarge(t: Context) {
  const { ada, id } = await t.chat();
  const mine = await t.plain(ada, id);
  mine.send('x'.repeat(65_537));
  equal('the close code', (await mine.closed()).code, 1009);
}

async function expires(t: Context) {
  const { ada, ben, id } = await t.chat();
  const token = await t.people.mint({ sub: ada.id, exp: nowInSeconds() + 4 });
  const mine = await t.socket(`/ws/chat/${id}/?token=${token}`);
  await t.send(ben, id, 'heard while it lasts');
  includes('a message', await mine.next(), { message: 'heard while it lasts' });
  equal('the close', await mine.closed(5000), closeOf('token_expired'));
}
