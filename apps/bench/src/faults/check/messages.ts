import type { ClientEvent, FinalMessage, Seen } from '../history/event.ts';
import { eventsOf, type Facts, truthOf } from './facts.ts';
import type { Found } from './found.ts';

/** Whatever was acknowledged is there. */
export function* lost(facts: Facts): Generator<Found> {
  for (const ack of eventsOf(facts, 'ack')) {
    const truth = truthOf(facts, ack.conversation);
    if (!truth || truth.byMessage.has(ack.message)) continue;
    yield {
      what: `acknowledged, but not there: ${ack.message}`,
      events: [...sendsOf(facts, ack.message), ack],
    };
  }
}

/** What was acknowledged or shown is what was committed: the same place, sender and content. */
export function* changed(facts: Facts): Generator<Found> {
  for (const ack of eventsOf(facts, 'ack')) {
    const there = facts.truths.get(ack.conversation)?.byMessage.get(ack.message);
    if (ack.seq === undefined || !there || there.some(({ seq }) => seq === ack.seq)) continue;
    yield { what: `acknowledged as ${ack.seq}, but it is ${there[0]?.seq}`, events: [ack, ...there] };
  }
  for (const { event, seen } of everythingSeen(facts)) {
    const truth = truthOf(facts, event.conversation);
    const there = truth?.bySeq.get(seen.seq);
    if (!truth || isSame(there, seen)) continue;
    const what = there
      ? `shown as ${seen.seq}, where another one is`
      : `shown as ${seen.seq}, where nothing is`;
    yield { what, events: [withoutOthers(event, seen), ...(there ? [there] : [])] };
  }
}

/** One id, one message. */
export function* doubled(facts: Facts): Generator<Found> {
  for (const { byMessage } of facts.truths.values())
    for (const [message, there] of byMessage) {
      if (there.length === 1) continue;
      // Of each place the first time that somebody was shown it.
      const shown = there.flatMap(
        ({ seq }) =>
          facts.events.find((e) => e.type === 'frame' && e.message === message && e.seq === seq) ?? [],
      );
      yield { what: `${message} is there ${there.length} times`, events: [...there, ...shown] };
    }
}

/** Nothing is there that its sender did not send. */
export function* unasked(facts: Facts): Generator<Found> {
  for (const { messages } of facts.truths.values())
    for (const there of messages) {
      const sends = sendsOf(facts, there.message);
      const isAsked = sends.some(
        ({ device, hash }) => facts.devices.get(device)?.user === there.sender && hash === there.hash,
      );
      if (!isAsked) yield { what: `nobody sent ${there.message}`, events: [there, ...sends] };
    }
}

function* everythingSeen(facts: Facts): Generator<{ event: ClientEvent; seen: Seen }> {
  for (const event of facts.events) {
    if (event.type === 'frame') yield { event, seen: event };
    if (event.type === 'page') for (const seen of event.messages) yield { event, seen };
  }
}

function isSame(there: FinalMessage | undefined, seen: Seen): boolean {
  return there?.message === seen.message && there.hash === seen.hash && there.sender === seen.sender;
}

/** Of a page only what is wrong with it. */
function withoutOthers(event: ClientEvent, seen: Seen): ClientEvent {
  return event.type === 'page' ? { ...event, messages: [seen] } : event;
}

function sendsOf({ sends }: Facts, message: string) {
  return sends.get(message) ?? [];
}
