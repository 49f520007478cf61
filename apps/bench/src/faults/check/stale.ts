import type { ClientEvent, PageEvent, StateEvent } from '../history/event.ts';
import { eventsOf, type Facts } from './facts.ts';
import type { Found } from './found.ts';

/** What was known for certain to be there from some time on, by anybody: a number that only grows. */
interface Known {
  readonly event: ClientEvent;
  readonly value: number;
}

/** Whatever was acknowledged to or seen by anybody is in every read that begins afterwards, on every node; pages have no holes. */
export function* stale(facts: Facts): Generator<Found> {
  const known = gather(facts);
  const before = (key: string, began: number) => latestBefore(known.get(key) ?? [], began);
  for (const page of eventsOf(facts, 'page')) {
    const hole = page.messages.findIndex(({ seq }, i) => seq !== page.after + i + 1);
    if (hole >= 0) yield { what: `a page after ${page.after} has a hole`, events: [page] };
    const end = page.after + page.messages.length;
    const then = before(`last ${page.conversation}`, page.began);
    if (page.end && then && then.value > end)
      yield { what: `read up to ${end}, when ${then.value} was there`, events: [then.event, page] };
  }
  for (const state of eventsOf(facts, 'state')) {
    if (state.began === undefined) continue;
    for (const [name, value] of numbersOf(state)) {
      const then = before(`${name} ${state.conversation}`, state.began);
      if (then && then.value > value)
        yield { what: `${name} is ${value}, when it was ${then.value}`, events: [then.event, state] };
    }
  }
}

function gather(facts: Facts): Map<string, Known[]> {
  const known = new Map<string, Known[]>();
  const learn = (key: string, value: number, event: ClientEvent) => {
    const all = known.get(key) ?? [];
    if (value > (all.at(-1)?.value ?? 0)) all.push({ value, event });
    known.set(key, all);
  };
  for (const event of facts.events) {
    const { conversation } = event;
    if ((event.type === 'ack' || event.type === 'frame') && event.seq !== undefined)
      learn(`last ${conversation}`, event.seq, event);
    if (event.type === 'page') learn(`last ${conversation}`, lastOf(event), event);
    if (event.type === 'state')
      for (const [name, value] of numbersOf(event)) learn(`${name} ${conversation}`, value, event);
    if (event.type === 'marked') {
      const isFirst = facts.truths.get(conversation)?.users[0] === facts.devices.get(event.device)?.user;
      learn(`marker ${isFirst ? 1 : 2} ${conversation}`, event.seq, event);
    }
  }
  return known;
}

function numbersOf({ state }: StateEvent): [string, number][] {
  return [
    ['last', state.last],
    ['marker 1', state.reads[0]],
    ['marker 2', state.reads[1]],
  ];
}

function lastOf({ after, messages }: PageEvent): number {
  return messages.at(-1)?.seq ?? after;
}

/** They are in the order of their times. */
function latestBefore(known: readonly Known[], time: number): Known | undefined {
  let [low, high] = [0, known.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((known[middle]?.event.at ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return known[low - 1];
}
