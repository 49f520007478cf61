import { hashOf, type Me, record } from './world.ts';

/** A message on its way, under the id that it keeps. */
export interface Outgoing {
  readonly message: string;
  readonly conversation: string;
  readonly content: string;
  readonly hash: string;
  attempt: number;
  lastTryAt: number;
}

/** What a device wrote and is not acknowledged yet, oldest first. */
export interface Outbox {
  readonly waiting: ReadonlyMap<string, Outgoing>;
  /** A new message to one of its conversations; it has not gone out yet. */
  write(): Outgoing;
  /** It goes out now, over that socket if over one. */
  going(outgoing: Outgoing, connection?: number): void;
  /** It is stored; `seq` and a line in the history only where the caller has not written one. */
  stored(message: string, seq?: number): void;
}

const WORDS =
  'the quick brown fox jumps over a lazy dog — ätsch, 你好 👋 e\u0301 "quoted" \\ and so on'.split(' ');

export function createOutbox(me: Me): Outbox {
  const waiting = new Map<string, Outgoing>();
  let written = 0;
  return {
    waiting,
    write: () => {
      written += 1;
      const content = contentOf(me, written);
      const { id: conversation } = me.random.pick(me.conversations);
      const message = me.random.uuid();
      const outgoing = { message, conversation, content, hash: hashOf(content), attempt: 0, lastTryAt: 0 };
      waiting.set(message, outgoing);
      return outgoing;
    },
    going: (outgoing, connection) => {
      outgoing.attempt += 1;
      outgoing.lastTryAt = performance.now();
      const { conversation, message, hash, attempt } = outgoing;
      record(me, { type: 'send', conversation, message, hash, attempt, connection });
    },
    stored: (message, seq) => {
      const outgoing = waiting.get(message);
      waiting.delete(message);
      if (outgoing && seq !== undefined)
        record(me, { type: 'ack', conversation: outgoing.conversation, message, seq });
    },
  };
}

/** Different for every message of a run: whose it is, its number, and some words. */
export function contentOf({ device, random }: Me, number: number): string {
  const words = Array.from({ length: random.between(0, 20) }, () => random.pick(WORDS));
  return [device, number, ...words].join(' ');
}
