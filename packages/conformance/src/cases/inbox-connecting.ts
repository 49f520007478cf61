import { WebSocket } from 'ws';
import { section } from '../case.ts';
import { equal, holds, includes } from '../check.ts';
import type { Context } from '../context.ts';
import { nextOf } from '../inbox.ts';
import { LONGEST_MS, whileItLasts } from '../short-lived.ts';
import { closeOf } from '../wire/socket.ts';

/** How an inbox begins, and how it stays (PROTOCOL 7.1 and 7.2). */
export const inboxConnecting = [
  section('7.1', 'The inbox: connecting', [
    ['The token may come as a first frame, a subprotocol entry, the header or the query; then ready', ways],
    ['A token that does not hold closes it with 4401 and the reason', badToken],
    ['Any other frame before the token closes it with 4401 missing_token', otherFrame],
    ['Who says nothing for 5 s is closed with 4401 missing_token', silent],
    ['Without the subprotocol duet.v1: 4406', noSubprotocol],
  ]),
  section('7.2', 'A fresh token in band', [
    ['A client may send a token at any time, and gets ready', freshToken],
    ['A token that does not hold, or is somebody else’s, gets an error and changes nothing', badFreshToken],
    ['Before the token expires the server asks for another; without one: 4401 token_expired', asks],
  ]),
];

async function ways(t: Context) {
  const { ada } = await t.chat();
  const first = await t.rawInbox();
  first.send({ type: 'auth', token: ada.token });
  const { id, username, token } = ada;
  for (const each of [
    first,
    await t.rawInbox({ protocols: [`bearer.${token}`] }),
    await t.rawInbox({ options: { headers: { authorization: `Bearer ${token}` } } }),
    await t.rawInbox({ query: `?token=${token}` }),
  ]) {
    const ready = await each.next();
    includes('the first frame', ready, { type: 'ready', user: { id, username } });
    if (ready.type === 'ready') holds('expires_in', ready.expires_in > 0, ready.expires_in);
    equal('the subprotocol that the server confirms', each.ws.protocol, 'duet.v1');
    await each.close();
  }
}

async function badToken(t: Context) {
  const first = await t.rawInbox();
  first.send({ type: 'auth', token: 'garbled' });
  for (const each of [
    first,
    await t.rawInbox({ protocols: ['bearer.garbled'] }),
    await t.rawInbox({ query: '?token=garbled' }),
  ])
    equal('the close', await each.closed(), closeOf('invalid_token'));
}

async function otherFrame(t: Context) {
  for (const frame of [{ type: 'sync' }, { type: 'ping' }, { type: 'auth' }, 'nonsense']) {
    const each = await t.rawInbox();
    each.send(frame);
    equal(`the close after ${JSON.stringify(frame)}`, await each.closed(), closeOf('missing_token'));
    equal('what came before it', each.untaken, []);
  }
}

async function silent(t: Context) {
  const began = performance.now();
  const each = await t.rawInbox();
  equal('the close', await each.closed(5000), closeOf('missing_token'));
  const ms = performance.now() - began;
  holds('it had 5 s', ms > 4900, `${ms} ms`);
}

async function noSubprotocol(t: Context) {
  const { ada } = await t.chat();
  const each = await t.socket(`/ws/chat/?token=${ada.token}`);
  equal('the close', await each.closed(), closeOf('unsupported_protocol'));
}

async function freshToken(t: Context) {
  const { ada } = await t.chat();
  const mine = await t.inbox(ada);
  mine.send({ type: 'auth', token: ada.token });
  includes('the answer', await nextOf(mine, 'ready'), { user: { id: ada.id } });
  equal('the socket', mine.ws.readyState, WebSocket.OPEN);
}

async function badFreshToken(t: Context) {
  const { ada, ben } = await t.chat();
  const mine = await t.inbox(ada);
  for (const token of ['garbled', ben.token]) {
    mine.send({ type: 'auth', token });
    includes('the answer', await mine.next(), { type: 'error', code: 'invalid_token', frame: 'auth' });
  }
  mine.send({ type: 'ping' });
  equal('the socket lives', (await mine.next()).type, 'pong');
}

async function asks(t: Context) {
  const { ada } = await t.chat();
  const mine = await whileItLasts(t, ada.id, async (token) => {
    const inbox = await t.rawInbox();
    inbox.send({ type: 'auth', token });
    await nextOf(inbox, 'ready');
    return inbox;
  });
  const { expires_in } = await nextOf(mine, 'auth', LONGEST_MS);
  holds('expires_in is half of what was left, or less', expires_in <= LONGEST_MS / 2000, expires_in);
  equal('the close', await mine.closed(LONGEST_MS), closeOf('token_expired'));
}
