import type { Message } from '@duet/contract';
import type { FastifyBaseLogger } from 'fastify';
import { refusalOf } from '../domain/error.ts';
import type { Hole, InOrder } from './in-order.ts';
import type { SocketMeter } from './meter.ts';

/** A hole of one conversation. */
export interface PlacedHole extends Hole {
  readonly conversationId: string;
}

/** Reads the messages of holes from the database, in any order. */
export type LoadHoles = (holes: readonly PlacedHole[]) => Promise<Message[]>;

/** A hole is mostly a message whose event is still on its way; only one that stays as it is this long is read. */
const STUCK_AFTER_MS = 200;
/** Messages read at once. */
const MAX_MESSAGES = 1000;

interface Watched {
  readonly order: InOrder<Message>;
  /** Where the hole began at the last look. */
  after: number | undefined;
}

/** Reads what did not come by itself: all that is stuck with one read, or a few in turn when it is much. */
export class Mender {
  readonly #load: LoadHoles;
  readonly #log: FastifyBaseLogger;
  readonly #meter: SocketMeter;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #isReading = false;

  constructor(load: LoadHoles, log: FastifyBaseLogger, meter: SocketMeter) {
    this.#load = load;
    this.#log = log;
    this.#meter = meter;
  }

  /** Sees to it that a hole, if there is one, does not stay. */
  watch(conversationId: string, order: InOrder<Message>): void {
    const hole = order.hole();
    if (!hole || this.#watched.has(conversationId)) return;
    this.#watched.set(conversationId, { order, after: hole.after });
    this.#lookLater();
  }

  forget(conversationId: string): void {
    this.#watched.delete(conversationId);
    if (this.#watched.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #lookLater(): void {
    if (this.#timer || this.#isReading || this.#watched.size === 0) return;
    this.#timer = setTimeout(() => void this.#look(), STUCK_AFTER_MS);
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    this.#isReading = true;
    const stuck: PlacedHole[] = [];
    for (const [conversationId, watched] of this.#watched) {
      const hole = watched.order.hole();
      if (!hole) this.#watched.delete(conversationId);
      else if (hole.after === watched.after) stuck.push({ conversationId, ...hole });
      watched.after = hole?.after;
    }
    for (const holes of readable(stuck)) await this.#mend(holes);
    this.#isReading = false;
    this.#lookLater();
  }

  async #mend(holes: readonly PlacedHole[]): Promise<void> {
    try {
      const messages = await this.#load(holes);
      this.#meter.repaired(messages.length);
      for (const message of messages) this.#watched.get(message.conversation_id)?.order.push(message);
      // What is left of a long one is as stuck as the whole was.
      for (const { conversationId } of holes) {
        const watched = this.#watched.get(conversationId);
        if (watched) watched.after = watched.order.hole()?.after;
      }
      this.#log.warn(
        { conversations: holes.length, messages: messages.length },
        'holes in the live messages were read from the database',
      );
    } catch (err) {
      if (refusalOf(err)) return; // the database is away, and that was told
      this.#log.error({ err, conversations: holes.length }, 'holes could not be read and are tried again');
    }
  }
}

/** Holes, or beginnings of long ones, as many as are read at once. */
function* readable(holes: readonly PlacedHole[]): Generator<PlacedHole[]> {
  let some: PlacedHole[] = [];
  let messages = 0;
  for (const { conversationId, after, before } of holes) {
    const length = Math.min(before - after - 1, MAX_MESSAGES);
    if (messages + length > MAX_MESSAGES) {
      yield some;
      [some, messages] = [[], 0];
    }
    some.push({ conversationId, after, before: after + length + 1 });
    messages += length;
  }
  if (some.length > 0) yield some;
}
