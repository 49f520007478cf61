import type { AckEvent, FrameEvent, SendEvent } from '../history/event.ts';
import { eventsOf, type Facts } from './facts.ts';
import type { Found } from './found.ts';

/** A message that was acknowledged before another one was sent has the lower seq: the order is that of real time. */
export function* realTime(facts: Facts): Generator<Found> {
  /** By conversation, the acknowledged message that is furthest on. */
  const latest = new Map<string, { ack: AckEvent; seq: number }>();
  for (const event of facts.events) {
    if (event.type !== 'ack' && event.type !== 'send') continue;
    const seq = seqOf(facts, event);
    if (seq === undefined) continue;
    const before = latest.get(event.conversation);
    if (event.type === 'ack') {
      if (seq > (before?.seq ?? 0)) latest.set(event.conversation, { ack: event, seq });
    } else if (event.attempt === 1 && before && seq < before.seq)
      yield { what: `${seq} was sent after ${before.seq} was acknowledged`, events: [before.ack, event] };
  }
}

/** What went out over one socket, once, is in the order in which it went out (PROTOCOL 4.2, 7.5). */
export function* ownOrder(facts: Facts): Generator<Found> {
  const last = new Map<string, { send: SendEvent; seq: number }>();
  for (const send of eventsOf(facts, 'send')) {
    const seq = seqOf(facts, send);
    const isOnlyTry = facts.sends.get(send.message)?.length === 1;
    if (send.connection === undefined || !isOnlyTry || seq === undefined) continue;
    const line = `${send.device} ${send.connection} ${send.conversation}`;
    const before = last.get(line);
    if (before && before.seq > seq)
      yield { what: `${before.seq} was sent before ${seq}, on one socket`, events: [before.send, send] };
    last.set(line, { send, seq });
  }
}

/**
 * A conversation's socket, and the window of the SDK, show seq after seq without a hole and nothing twice. Only what answers a message
 * that was sent more than once is out of turn, on the socket that it was sent on (PROTOCOL 4.4).
 */
export function* socketOrder(facts: Facts): Generator<Found> {
  const answers = new Map<string, number>();
  const last = new Map<string, FrameEvent>();
  for (const event of facts.events) {
    if (
      event.type === 'send' &&
      event.connection !== undefined &&
      (facts.sends.get(event.message)?.length ?? 0) > 1
    ) {
      const key = `${event.device} ${event.connection} ${event.message}`;
      answers.set(key, (answers.get(key) ?? 0) + 1);
    }
    if (event.type !== 'frame' || facts.devices.get(event.device)?.transport === 'inbox') continue;
    const line = `${event.device} ${event.connection} ${event.conversation}`;
    const before = last.get(line);
    const key = `${event.device} ${event.connection} ${event.message}`;
    const owed = answers.get(key) ?? 0;
    if (!before) {
      // It may be such an answer, or begin the order.
      if (owed === 0) last.set(line, event);
    } else if (event.seq === before.seq + 1) last.set(line, event);
    else if (owed > 0) answers.set(key, owed - 1);
    else {
      yield { what: `${event.seq} came after ${before.seq}`, events: [before, event] };
      last.set(line, event);
    }
  }
}

function seqOf({ truths }: Facts, { conversation, message }: AckEvent | SendEvent): number | undefined {
  return truths.get(conversation)?.byMessage.get(message)?.[0]?.seq;
}
