import type { FinalView, Line } from '../history/event.ts';
import { refused, unacknowledged } from './answers.ts';
import { atRest } from './devices.ts';
import { type Facts, factsOf } from './facts.ts';
import type { Found } from './found.ts';
import { changed, doubled, lost, unasked } from './messages.ts';
import { ownOrder, realTime, socketOrder } from './order.ts';
import { outsider } from './outsiders.ts';
import { stale } from './stale.ts';
import { chain, markerAtRest, markerBack, unread } from './states.ts';
import { holes, readFlags, timestamps, viewsDiffer } from './views.ts';

/** Every promise that a history is held to, by what breaks it. */
const rules = {
  lost,
  changed,
  doubled,
  unasked,
  holes,
  'views differ': viewsDiffer,
  timestamps,
  'real time': realTime,
  'own order': ownOrder,
  'socket order': socketOrder,
  stale,
  unread,
  chain,
  'marker back': markerBack,
  'marker at rest': markerAtRest,
  'read flags': readFlags,
  'at rest': atRest,
  outsider,
  refused,
  unacknowledged,
} satisfies Record<string, (facts: Facts) => Iterable<Found>>;

export type RuleName = keyof typeof rules;
export const ruleNames = Object.keys(rules);

/** A promise that was broken: how often, and the first times with the events that show it. */
export interface Violation {
  readonly rule: string;
  readonly count: number;
  /** Milliseconds since the run began, of the last event of the first that has any. */
  readonly firstAt: number | undefined;
  readonly shown: readonly Found[];
}

const SHOWN = 5;

/** Holds a history, and what everything was in the end, against every rule. */
export function check(history: readonly Line[], views: readonly FinalView[]): Violation[] {
  const facts = factsOf(history, views);
  return Object.entries(rules).flatMap(([rule, find]) => {
    const shown: Found[] = [];
    let count = 0;
    let firstAt: number | undefined;
    for (const found of find(facts)) {
      count += 1;
      const at = timeOf(found);
      if (at !== undefined) firstAt = Math.min(firstAt ?? at, at);
      if (shown.length < SHOWN) shown.push(found);
    }
    return count === 0 ? [] : [{ rule, count, firstAt, shown }];
  });
}

function timeOf({ events }: Found): number | undefined {
  const times = events.flatMap((event) => ('at' in event ? [event.at] : []));
  return times.length === 0 ? undefined : Math.max(...times);
}
