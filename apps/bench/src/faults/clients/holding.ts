import type { Seen } from '../history/event.ts';

/** What a device holds of a conversation: from the first message on, in order; what comes after a hole waits. */
export interface Holding {
  take(seen: Seen): void;
  /** The seq up to which nothing is missing. */
  readonly tail: number;
  /** Something came after a hole. */
  readonly hasHole: boolean;
  /** As `HoldsEvent` has it. */
  dump(): string[];
}

export function createHolding(): Holding {
  const held: string[] = [];
  const waiting = new Map<number, string>();
  return {
    take: ({ seq, message, hash }) => {
      if (seq <= held.length) return;
      waiting.set(seq, `${message} ${hash}`);
      for (let next = waiting.get(held.length + 1); next; next = waiting.get(held.length + 1)) {
        waiting.delete(held.length + 1);
        held.push(next);
      }
    },
    get tail() {
      return held.length;
    },
    get hasHole() {
      return waiting.size > 0;
    },
    dump: () => [...held],
  };
}
