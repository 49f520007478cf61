import { errors, type ServerFrame, serverFrame } from '@duet/contract';
import { catchUp, mark, send } from './calls.ts';
import { dial, type Line } from './dial.ts';
import { createHolding } from './holding.ts';
import { createOutbox, type Outbox, type Outgoing } from './outbox.ts';
import { startMarking, startPace } from './pace.ts';
import { type Device, hashOf, type Me, type Plan, record } from './world.ts';

/** So many wait to be acknowledged, and no more are written. */
const MAX_WAITING = 20;
/** Without an answer for so long a message goes out again, this way or through REST. */
const RESEND_MS = 5000;
const READ_AGAIN_MS = 300;

/** A device with a socket for each of its conversations (PROTOCOL 4). */
export function startPlainDevice(me: Me): Device {
  const outbox = createOutbox(me);
  let connections = 0;
  const rooms = new Map(
    me.conversations.map((plan) => [plan.id, openRoom(me, plan, outbox, () => (connections += 1))]),
  );
  const tailOf = (id: string) => rooms.get(id)?.tail() ?? 0;
  const byRest = async (outgoing: Outgoing) => {
    outbox.going(outgoing);
    if ((await send(me, outgoing)) !== undefined) outbox.stored(outgoing.message);
  };
  const pace = startPace(me, () => {
    if (outbox.waiting.size >= MAX_WAITING) return false;
    const outgoing = outbox.write();
    rooms.get(outgoing.conversation)?.send(outgoing);
    return true;
  });
  const resending = setInterval(() => {
    for (const outgoing of outbox.waiting.values()) {
      if (performance.now() - outgoing.lastTryAt < RESEND_MS) continue;
      if (me.random.chance(0.5)) void byRest(outgoing);
      else rooms.get(outgoing.conversation)?.send(outgoing);
    }
  }, 500);
  const marking = startMarking(me, tailOf, (id, seq) => void mark(me, id, seq));
  return {
    me,
    pending: () => outbox.waiting.size,
    tailOf,
    stateOf: () => undefined,
    nudge: () => {
      for (const room of rooms.values()) room.nudge();
    },
    finish: async () => {
      pace.stop();
      marking.stop();
      clearInterval(resending);
      for (const room of rooms.values()) room.finish();
    },
  };
}

/** One conversation's socket, and what is held of it. */
function openRoom(me: Me, { id }: Plan, outbox: Outbox, nextConnection: () => number) {
  const holding = createHolding();
  let live: Line | undefined;
  let isOver = false;

  const transmit = (outgoing: Outgoing) => {
    if (!live) return;
    outbox.going(outgoing, live.connection);
    live.send({ message: outgoing.content, message_id: outgoing.message });
  };
  /** What was missed is read once the socket hears: nothing falls between the two. */
  const recover = async (line: Line) => {
    if (live !== line || isOver || (await catchUp(me, id, holding))) return;
    setTimeout(() => void recover(line), READ_AGAIN_MS);
  };
  const hear = (line: Line, frame: ServerFrame) => {
    if (frame.type === 'error') return refused(frame);
    const { seq, message_id: message, sender_id: sender } = frame;
    const seen = { seq, message, sender, hash: hashOf(frame.message) };
    const { connection } = line;
    record(me, { type: 'frame', conversation: frame.conversation_id, connection, ...seen });
    holding.take(seen);
    outbox.stored(message, seq);
  };
  const refused = ({ code, message_id = '' }: Extract<ServerFrame, { type: 'error' }>) => {
    if (errors[code].recovery === 'retry')
      record(me, { type: 'unknown', conversation: id, message: message_id, why: code });
    else
      record(me, {
        type: 'refused',
        conversation: id,
        what: `send ${message_id}`,
        answer: code,
      });
  };
  const { nudge, close } = dial({
    me,
    path: `/ws/chat/${id}/?token=${me.token}`,
    protocols: [],
    conversation: id,
    nextConnection,
    onOpen: (line) => {
      live = line;
      void recover(line);
      for (const outgoing of outbox.waiting.values()) if (outgoing.conversation === id) transmit(outgoing);
    },
    onFrame: (line, text) => hear(line, serverFrame.parse(JSON.parse(text))),
    onLost: () => (live = undefined),
  });
  return {
    send: transmit,
    tail: () => holding.tail,
    nudge,
    finish: () => {
      isOver = true;
      close();
      record(me, { type: 'holds', conversation: id, from: 1, messages: holding.dump() });
    },
  };
}
