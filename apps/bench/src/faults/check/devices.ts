import type { HoldsEvent } from '../history/event.ts';
import { eventsOf, type Facts, type Truth, truthOf } from './facts.ts';
import type { Found } from './found.ts';
import { agree } from './views.ts';

/** When everything is quiet, what every device holds of every conversation of its owner is what the database has. */
export function* atRest(facts: Facts): Generator<Found> {
  const held = new Map<string, HoldsEvent>();
  for (const event of eventsOf(facts, 'holds')) held.set(`${event.device} ${event.conversation}`, event);
  for (const { device, user, transport } of facts.devices.values()) {
    if (transport === 'outsider') continue;
    for (const [conversation, truth] of facts.truths) {
      if (!truthOf(facts, conversation) || !truth.users.includes(user)) continue;
      const holds = held.get(`${device} ${conversation}`);
      if (!holds) yield { what: `${device} does not say what it holds of ${conversation}`, events: [] };
      else yield* differences(holds, truth);
    }
  }
}

function* differences(holds: HoldsEvent, { messages, views }: Truth): Generator<Found> {
  const { device, from, state } = holds;
  const brief = { ...holds, messages: [] };
  const end = from + holds.messages.length - 1;
  const last = messages.at(-1)?.seq ?? 0;
  if (end !== last) yield { what: `${device} holds ${from} to ${end} of ${last}`, events: [brief] };
  for (const [i, one] of holds.messages.entries()) {
    const there = messages[from + i - 1];
    if (!there || one === `${there.message} ${there.hash}`) continue;
    yield { what: `${device} holds another one as ${from + i}: ${one}`, events: [brief, there] };
    break;
  }
  const truth = views[0]?.state;
  if (state && truth && !agree(state, truth))
    yield {
      what: `${device} holds ${JSON.stringify(state)}, true is ${JSON.stringify(truth)}`,
      events: [brief],
    };
}
