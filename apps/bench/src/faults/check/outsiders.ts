import { eventsOf, type Facts } from './facts.ts';
import type { Found } from './found.ts';

/** Nobody gets in, and nobody is told anything, but the two whose conversation it is. */
export function* outsider(facts: Facts): Generator<Found> {
  for (const event of eventsOf(facts, 'admitted'))
    yield { what: `let in: ${event.what}, answered ${event.answer}`, events: [event] };
  for (const event of facts.events) {
    if (event.type !== 'frame' && event.type !== 'page' && event.type !== 'state') continue;
    const user = facts.devices.get(event.device)?.user;
    const users = facts.truths.get(event.conversation)?.users;
    if (user === undefined || !users?.includes(user))
      yield { what: `${user} was shown what is not theirs`, events: [event] };
  }
}
