import { randomUUID } from 'node:crypto';
import { section } from '../case.ts';
import { equal, Failure, includes } from '../check.ts';
import type { Context } from '../context.ts';
import { nowInSeconds } from '../people/secret.ts';
import { LONGEST_MS, whileItLasts } from '../short-lived.ts';
import { closeOf, Refused } from '../wire/socket.ts';

/** How a conversation’s socket begins, and how the server ends it (PROTOCOL 4.1 and 4.6). */
export const socketConnecting = [
  section('4.1', 'Connecting', [
    ['The token may come in the query or in the header', ways],
    ['Without a token, or with one that does not hold, it is closed with 4401 and the reason', badToken],
    ['An expired token closes it with 4401 token_expired', expiredToken],
    ['Somebody else’s conversation closes it with 4403, and an outsider hears nothing', outsider],
    ['An unknown conversation, or a malformed id, closes it with 4404', unknownConversation],
    ['An upgrade on any other path is answered as a plain request: 404', elsewhere],
    ['It hears every message that commits from then on, through whatever transport', hears],
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
  const mine = await whileItLasts(t, ada.id, async (token) => {
    const socket = await t.socket(`/ws/chat/${id}/?token=${token}`);
    await t.send(ben, id, 'heard while it lasts');
    includes('a message', await socket.next(), { message: 'heard while it lasts' });
    return socket;
  });
  equal('the close', await mine.closed(LONGEST_MS), closeOf('token_expired'));
}
