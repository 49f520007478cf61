import { setTimeout as sleep } from 'node:timers/promises';
import { catchUp, look, mark, send } from './calls.ts';
import { createHolding } from './holding.ts';
import { createOutbox } from './outbox.ts';
import { startMarking, startPace } from './pace.ts';
import { type Device, type Me, record } from './world.ts';

const POLL_MS = 700;
const LONGEST_WAIT_MS = 1000;

/** A device that knows nothing but REST: sends one message after the other, and asks for what is new. */
export function startRestDevice(me: Me): Device {
  const holdings = new Map(me.conversations.map(({ id }) => [id, createHolding()]));
  const outbox = createOutbox(me);
  const tailOf = (id: string) => holdings.get(id)?.tail ?? 0;
  let isSending = false;
  let isOver = false;

  const sendUntilStored = async () => {
    isSending = true;
    const outgoing = outbox.write();
    for (let wait = 50; !isOver; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      outbox.going(outgoing);
      if ((await send(me, outgoing)) !== undefined) break;
      await sleep(me.random.next() * wait);
    }
    if (!isOver) outbox.stored(outgoing.message);
    isSending = false;
  };
  const pace = startPace(me, () => {
    if (isSending) return false;
    void sendUntilStored();
    return true;
  });
  const marking = startMarking(me, tailOf, (id, seq) => void mark(me, id, seq));
  const polling = (async () => {
    while (!isOver) {
      for (const [id, holding] of holdings) {
        await catchUp(me, id, holding);
        if (me.random.chance(0.2)) await look(me, id);
        await sleep(POLL_MS / holdings.size);
      }
    }
  })();
  return {
    me,
    pending: () => outbox.waiting.size,
    tailOf,
    stateOf: () => undefined,
    nudge: () => {},
    finish: async () => {
      isOver = true;
      pace.stop();
      marking.stop();
      await polling;
      for (const [id, holding] of holdings)
        record(me, { type: 'holds', conversation: id, from: 1, messages: holding.dump() });
    },
  };
}
