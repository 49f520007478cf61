import {
  BEARER_SUBPROTOCOL_PREFIX,
  type ConversationState,
  errors,
  INBOX_SOCKET_PATH,
  INBOX_SUBPROTOCOL,
  type InboxFrame,
  inboxFrame,
} from '@duet/contract';
import type { State } from '../history/event.ts';
import { catchUp } from './calls.ts';
import { dial, type Line } from './dial.ts';
import { createHolding, type Holding } from './holding.ts';
import { createOutbox, type Outgoing } from './outbox.ts';
import { startMarking, startPace } from './pace.ts';
import { type Device, hashOf, type Me, record, stateOf } from './world.ts';

const MAX_WAITING = 20;
const RESEND_MS = 5000;
const PING_MS = 2000;
/** A frame may be on its way; only then is a hole read (PROTOCOL 7.7). */
const GRACE_MS = 300;

interface Held {
  readonly holding: Holding;
  state: State | undefined;
  /** How far it goes, as far as was said. */
  head: number;
  isReading: boolean;
}

/** A device with one socket for everything (PROTOCOL 7), that keeps the protocol's rules by itself. */
export function startInboxDevice(me: Me): Device {
  const held = new Map<string, Held>(
    me.conversations.map(({ id }) => [
      id,
      { holding: createHolding(), state: undefined, head: 0, isReading: false },
    ]),
  );
  const outbox = createOutbox(me);
  const tailOf = (id: string) => held.get(id)?.holding.tail ?? 0;
  let connections = 0;
  let live: Line | undefined;
  let cursor: string | undefined;
  let isOver = false;

  const transmit = (outgoing: Outgoing) => {
    if (!live) return;
    const { conversation: conversation_id, content, message } = outgoing;
    outbox.going(outgoing, live.connection);
    live.send({ type: 'chat_message', conversation_id, message: content, message_id: message });
  };

  /** It goes further than we hold: unless that comes by itself, it is read. */
  const mend = (id: string, one: Held) => {
    const isBehind = () => one.holding.tail < one.head || one.holding.hasHole;
    if (one.isReading || !isBehind()) return;
    one.isReading = true;
    setTimeout(async () => {
      if (isBehind() && !isOver) await catchUp(me, id, one.holding);
      one.isReading = false;
      if (!isOver) mend(id, one);
    }, GRACE_MS);
  };
  const learn = (id: string, state: State, isWritten = false) => {
    if (!isWritten) record(me, { type: 'state', conversation: id, state });
    const one = held.get(id);
    if (!one) return;
    if (!one.state || versionOf(state) >= versionOf(one.state)) one.state = state;
    one.head = Math.max(one.head, state.last);
    mend(id, one);
  };

  const hear = (line: Line, frame: InboxFrame) => {
    switch (frame.type) {
      case 'ready':
        live = line;
        line.send({ type: 'sync', ...(cursor !== undefined && { cursor }) });
        for (const outgoing of outbox.waiting.values()) transmit(outgoing);
        break;
      case 'conversation':
        learn(frame.conversation.id, stateOf(frame.conversation, me.user));
        break;
      case 'chat_message': {
        const { conversation_id: conversation, seq, message_id: message, sender_id: sender } = frame;
        const seen = { seq, message, sender, hash: hashOf(frame.message) };
        const state = toState(frame.state);
        record(me, { type: 'frame', conversation, connection: line.connection, ...seen, state });
        held.get(conversation)?.holding.take(seen);
        outbox.stored(message, seq);
        learn(conversation, state, true);
        break;
      }
      case 'read':
        learn(frame.conversation_id, toState(frame.state));
        if (frame.user_id === me.user)
          record(me, { type: 'marked', conversation: frame.conversation_id, seq: frame.seq });
        break;
      case 'synced':
        cursor = frame.cursor;
        break;
      case 'pong':
        if (frame.heads === null) line.send({ type: 'sync', ...(cursor !== undefined && { cursor }) });
        cursor = frame.cursor ?? cursor;
        for (const { conversation_id, state } of frame.heads ?? []) learn(conversation_id, toState(state));
        break;
      case 'error':
        refused(frame);
    }
  };
  const refused = (frame: Extract<InboxFrame, { type: 'error' }>) => {
    const { code, conversation_id: conversation = '', message_id: message = '' } = frame;
    const { recovery } = errors[code];
    if (recovery === 'retry') record(me, { type: 'unknown', conversation, message, why: code });
    else {
      const what = `${frame.frame} ${message}`;
      record(me, { type: 'refused', conversation, what, answer: code });
    }
  };
  const line = dial({
    me,
    path: INBOX_SOCKET_PATH,
    protocols: [INBOX_SUBPROTOCOL, `${BEARER_SUBPROTOCOL_PREFIX}${me.token}`],
    conversation: '',
    nextConnection: () => (connections += 1),
    onOpen: () => {},
    onFrame: (on, text) => hear(on, inboxFrame.parse(JSON.parse(text))),
    onLost: () => (live = undefined),
  });
  const pinging = setInterval(
    () => live?.send({ type: 'ping', ...(cursor !== undefined && { cursor }) }),
    PING_MS,
  );
  const pace = startPace(me, () => {
    if (outbox.waiting.size >= MAX_WAITING) return false;
    transmit(outbox.write());
    return true;
  });
  const resending = setInterval(() => {
    for (const outgoing of outbox.waiting.values())
      if (performance.now() - outgoing.lastTryAt > RESEND_MS) transmit(outgoing);
  }, 500);
  const marking = startMarking(me, tailOf, (conversation_id, seq) => {
    if (!live) return;
    record(me, { type: 'mark', conversation: conversation_id, seq });
    live.send({ type: 'read', conversation_id, seq });
  });
  return {
    me,
    pending: () => outbox.waiting.size,
    tailOf,
    stateOf: (id) => held.get(id)?.state,
    nudge: line.nudge,
    finish: async () => {
      isOver = true;
      for (const each of [pace, marking]) each.stop();
      for (const timer of [pinging, resending]) clearInterval(timer);
      line.close();
      for (const [conversation, { holding, state }] of held)
        record(me, { type: 'holds', conversation, from: 1, messages: holding.dump(), state });
    },
  };
}

function toState({ last_seq, read_seqs, unread_counts }: ConversationState): State {
  return { last: last_seq, reads: read_seqs, unread: unread_counts };
}

/** Of two states the one with the greater sum is the later one (PROTOCOL 7.3). */
function versionOf({ last, reads }: State): number {
  return last + reads[0] + reads[1];
}
