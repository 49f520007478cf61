import type { ClientEvent, State } from '../history/event.ts';
import { eventsOf, type Facts, type Truth, truthOf } from './facts.ts';
import type { Found } from './found.ts';

/** In every state that anybody was ever told, unread is what the history says: the other side's messages behind the marker. */
export function* unread(facts: Facts): Generator<Found> {
  const counts = new Map([...facts.truths].map(([id, truth]) => [id, countsOf(truth)]));
  const wrong = (conversation: string, state: State) => {
    const by = counts.get(conversation);
    return ([0, 1] as const).find((side) => {
      const told = state.unread[side];
      const theirs = by?.[1 - side];
      if (told === null || !theirs) return false;
      return told !== (theirs[state.last] ?? Number.NaN) - (theirs[state.reads[side]] ?? Number.NaN);
    });
  };
  for (const { event, conversation, state } of everyState(facts)) {
    if (!truthOf(facts, conversation)) continue;
    const side = wrong(conversation, state);
    if (side !== undefined)
      yield { what: `unread of side ${side + 1} is wrong: ${JSON.stringify(state)}`, events: [event] };
  }
  for (const { views } of facts.truths.values())
    for (const { node, user, conversation, state } of views)
      if (wrong(conversation, state) !== undefined)
        yield { what: `${node} tells ${user} at rest: ${JSON.stringify(state)}`, events: [] };
}

/** The states of a conversation are a chain: of two the one with the greater sum is later in everything (PROTOCOL 7.3). */
export function* chain(facts: Facts): Generator<Found> {
  for (const states of Map.groupBy(everyState(facts), ({ conversation }) => conversation).values()) {
    states.sort((a, b) => sumOf(a.state) - sumOf(b.state));
    for (const [i, later] of states.entries()) {
      const earlier = states[i - 1];
      if (!earlier) continue;
      const [a, b] = [earlier.state, later.state];
      if (b.last >= a.last && b.reads[0] >= a.reads[0] && b.reads[1] >= a.reads[1]) continue;
      yield { what: 'neither of two states is the later one', events: [earlier.event, later.event] };
    }
  }
}

/** What the SDK shows of a conversation never goes back. */
export function* markerBack(facts: Facts): Generator<Found> {
  const last = new Map<string, { state: State; event: ClientEvent }>();
  for (const event of eventsOf(facts, 'state')) {
    if (event.connection === undefined) continue;
    const line = `${event.device} ${event.connection} ${event.conversation}`;
    const before = last.get(line);
    const { state } = event;
    const isBack =
      before &&
      (state.last < before.state.last ||
        state.reads[0] < before.state.reads[0] ||
        state.reads[1] < before.state.reads[1]);
    if (isBack) yield { what: 'what is shown went back', events: [before.event, event] };
    last.set(line, { state, event });
  }
}

/** In the end a marker is where its owner was told, and no further than they asked. */
export function* markerAtRest(facts: Facts): Generator<Found> {
  const furthest = (type: 'mark' | 'marked') => {
    const most = new Map<string, Extract<ClientEvent, { type: 'mark' | 'marked' }>>();
    for (const event of eventsOf(facts, type)) {
      const key = `${event.conversation} ${facts.devices.get(event.device)?.user}`;
      if (event.seq > (most.get(key)?.seq ?? -1)) most.set(key, event);
    }
    return most;
  };
  const [asked, told] = [furthest('mark'), furthest('marked')];
  for (const [conversation, { users, views }] of facts.truths) {
    const state = views[0]?.state;
    for (const side of state ? ([0, 1] as const) : []) {
      const marker = state?.reads[side] ?? 0;
      const key = `${conversation} ${users[side]}`;
      const [ask, tell] = [asked.get(key), told.get(key)];
      if (tell && tell.seq > marker) yield { what: `the marker is at ${marker}`, events: [tell] };
      if (marker > (ask?.seq ?? 0))
        yield { what: `the marker is at ${marker}, which nobody asked for`, events: ask ? [ask] : [] };
    }
  }
}

/** How many of the first so many messages are by each of the two. */
function countsOf({ messages, users }: Truth): [number[], number[]] {
  const counts: [number[], number[]] = [[0], [0]];
  for (const { sender } of messages)
    for (const side of [0, 1] as const)
      counts[side].push((counts[side].at(-1) ?? 0) + (sender === users[side] ? 1 : 0));
  return counts;
}

function* everyState({
  events,
}: Facts): Generator<{ event: ClientEvent; conversation: string; state: State }> {
  for (const event of events)
    if ('state' in event && event.state)
      yield { event, conversation: event.conversation, state: event.state };
}

function sumOf({ last, reads }: State): number {
  return last + reads[0] + reads[1];
}
