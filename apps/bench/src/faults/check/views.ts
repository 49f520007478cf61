import type { FinalMessage, FinalView, State } from '../history/event.ts';
import type { Facts, Truth } from './facts.ts';
import type { Found } from './found.ts';

/** In the end seq is 1, 2, 3 … and the conversation says how far it goes. */
export function* holes({ truths }: Facts): Generator<Found> {
  for (const { messages, views } of truths.values()) {
    for (const [i, message] of messages.entries())
      if (message.seq !== i + 1) {
        yield {
          what: `${message.seq} where ${i + 1} belongs`,
          events: messages.slice(Math.max(0, i - 1), i + 1),
        };
        break;
      }
    const last = messages.at(-1);
    for (const { node, user, state } of views)
      if (state.last !== (last?.seq ?? 0))
        yield { what: `${node} tells ${user} that it goes to ${state.last}`, events: last ? [last] : [] };
  }
}

/** Every node tells both sides the same. */
export function* viewsDiffer({ truths }: Facts): Generator<Found> {
  const most = Math.max(1, ...[...truths.values()].map(({ views }) => views.length));
  for (const [conversation, { views }] of truths) {
    const [first, ...others] = views;
    if (views.length < most)
      yield { what: `${conversation} could be read ${views.length} times, others ${most}`, events: [] };
    if (!first) continue;
    for (const view of others) {
      const where = `${view.node} tells ${view.user} otherwise than ${first.node} tells ${first.user}`;
      const pair = firstDifference(first, view);
      if (pair) yield { what: where, events: pair };
      if (!agree(first.state, view.state))
        yield { what: `${where}: ${JSON.stringify([first.state, view.state])}`, events: [] };
    }
  }
}

/** Time does not go back within a conversation (PROTOCOL 1.2). */
export function* timestamps({ truths }: Facts): Generator<Found> {
  for (const { messages } of truths.values())
    for (const [i, message] of messages.entries()) {
      const before = messages[i - 1];
      if (before && before.timestamp > message.timestamp)
        yield { what: `${before.timestamp}, then ${message.timestamp}`, events: [before, message] };
    }
}

/** `read` is whether its recipient's marker has passed it. */
export function* readFlags({ truths }: Facts): Generator<Found> {
  for (const truth of truths.values())
    for (const { messages, state } of truth.views)
      for (const message of messages) {
        const marker = state.reads[recipientOf(truth, message)];
        if (message.read !== message.seq <= marker)
          yield { what: `read is ${message.read}, the marker at ${marker}`, events: [message] };
      }
}

function recipientOf({ users }: Truth, { sender }: FinalMessage): 0 | 1 {
  return users[0] === sender ? 1 : 0;
}

function firstDifference(one: FinalView, other: FinalView): FinalMessage[] | undefined {
  const length = Math.max(one.messages.length, other.messages.length);
  for (let i = 0; i < length; i += 1) {
    const [a, b] = [one.messages[i], other.messages[i]];
    if (a === b) continue;
    const isSame =
      a && b && a.seq === b.seq && a.message === b.message && a.hash === b.hash && a.sender === b.sender;
    if (!isSame) return [a, b].filter((message) => message !== undefined);
  }
  return undefined;
}

/** As far as both know. */
export function agree(one: State, other: State): boolean {
  const same = (a: number | null, b: number | null) => a === null || b === null || a === b;
  return (
    one.last === other.last &&
    same(one.reads[0], other.reads[0]) &&
    same(one.reads[1], other.reads[1]) &&
    same(one.unread[0], other.unread[0]) &&
    same(one.unread[1], other.unread[1])
  );
}
