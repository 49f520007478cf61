import { eventsOf, type Facts } from './facts.ts';
import type { Found } from './found.ts';

/** Nothing that was rightly asked for is refused for good. */
export function* refused(facts: Facts): Generator<Found> {
  for (const event of eventsOf(facts, 'refused'))
    yield { what: `refused: ${event.what}, answered ${event.answer}`, events: [event] };
}

/** Once nothing goes wrong any more, everything that was sent is acknowledged. */
export function* unacknowledged({ sends, acks }: Facts): Generator<Found> {
  for (const [message, tries] of sends)
    if (!acks.has(message)) yield { what: `never acknowledged: ${message}`, events: tries };
}
