import { setTimeout as sleep } from 'node:timers/promises';
import {
  BEARER_SUBPROTOCOL_PREFIX,
  errors,
  INBOX_SOCKET_PATH,
  INBOX_SUBPROTOCOL,
  inboxFrame,
} from '@duet/contract';
import { WebSocket } from 'ws';
import { dial, type Line } from './dial.ts';
import { mayRetry, request, told } from './http.ts';
import { type Me, record } from './world.ts';

const PAUSE_MS = 250;
const LISTEN_MS = 3000;
/** How an outsider is told to stay out (PROTOCOL 3.1 and 4.1). */
const OUT = [403, 404];
const OUT_CLOSES: readonly number[] = [errors.not_participant.close, errors.not_found.close];

/** Somebody who tries all the time to read, hear and write what is not theirs; every time they get in is written down. */
export function startOutsider(me: Me): { finish(): Promise<void> } {
  let isOver = false;
  const admitted = (conversation: string, what: string, answer: string) =>
    record(me, { type: 'admitted', conversation, what, answer });
  const inbox = openInbox(me, admitted);

  const byRest = async (id: string) => {
    const path = `/api/chat/conversations/${id}/`;
    const [what, ...ask] = me.random.pick([
      ['look', 'GET', path],
      ['read', 'GET', `${path}messages/?order=asc`],
      ['send', 'POST', `${path}messages/`, { content: 'I was here' }],
      ['mark', 'POST', `${path}read/`, { seq: 1 }],
    ] satisfies [string, string, string, unknown?][]);
    const [method = '', where = '', body] = ask;
    const answer = await request(me, String(method), String(where), body);
    if (answer.status === undefined || OUT.includes(answer.status) || mayRetry(answer)) return;
    admitted(id, `${what}, REST`, told(answer));
  };
  const bySocket = (id: string) =>
    new Promise<void>((resolve) => {
      const url = `ws://127.0.0.1:${me.random.pick(me.world.ports)}/ws/chat/${id}/?token=${me.token}`;
      const ws = new WebSocket(url, { perMessageDeflate: false });
      const timer = setTimeout(() => ws.terminate(), LISTEN_MS);
      ws.on('open', () => ws.send(JSON.stringify({ message: 'I was here' })));
      ws.on('message', (data) => admitted(id, 'listen, socket', data.toString().slice(0, 40)));
      ws.on('error', () => {}); // a close follows
      ws.on('close', (code) => {
        clearTimeout(timer);
        // To be told to come back later is not to be let in.
        const isFinal = Object.values(errors).some(
          (row) => 'close' in row && row.close === code && row.recovery !== 'retry',
        );
        if (isFinal && !OUT_CLOSES.includes(code)) admitted(id, 'listen, socket', `closed with ${code}`);
        resolve();
      });
    });
  const trying = (async () => {
    while (!isOver) {
      const { id } = me.random.pick(me.conversations);
      const way = me.random.pick(['rest', 'rest', 'socket', 'inbox']);
      if (way === 'rest') await byRest(id);
      else if (way === 'socket') await bySocket(id);
      else inbox.intrude(id);
      await sleep(PAUSE_MS);
    }
  })();
  return {
    finish: async () => {
      isOver = true;
      await trying;
      inbox.close();
    },
  };
}

/** An inbox of their own, through which they ask for what is others'. */
function openInbox(me: Me, admitted: (conversation: string, what: string, answer: string) => void) {
  let live: Line | undefined;
  let connections = 0;
  const foreign = new Set(me.conversations.map(({ id }) => id));
  const line = dial({
    me,
    path: INBOX_SOCKET_PATH,
    protocols: [INBOX_SUBPROTOCOL, `${BEARER_SUBPROTOCOL_PREFIX}${me.token}`],
    conversation: '',
    nextConnection: () => (connections += 1),
    onOpen: (on) => (live = on),
    onFrame: (_on, text) => {
      const frame = inboxFrame.parse(JSON.parse(text));
      if (frame.type === 'error') return;
      const id =
        'conversation' in frame ? frame.conversation.id : 'conversation_id' in frame && frame.conversation_id;
      if (id && foreign.has(id)) admitted(id, 'listen, inbox', frame.type);
      if (frame.type === 'presence') admitted('', 'presence, inbox', frame.user_id);
    },
    onLost: () => (live = undefined),
  });
  return {
    intrude: (conversation_id: string) => {
      const message_id = me.random.uuid();
      live?.send(
        me.random.pick([
          { type: 'chat_message', conversation_id, message: 'I was here', message_id },
          { type: 'read', conversation_id, seq: 1 },
          { type: 'typing', conversation_id, typing: true },
          { type: 'presence', conversation_ids: [conversation_id] },
          { type: 'sync' },
        ]),
      );
    },
    close: line.close,
  };
}
