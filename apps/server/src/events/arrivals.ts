import { isOutage } from '../db/errors.ts';
import type { BusLog } from './bus.ts';
import type { DomainEvent, MessageCommitted } from './events.ts';
import type { EventNote, LoadCommitted, MessageNote } from './notes.ts';

interface Arrival {
  readonly node: string;
  readonly note: EventNote;
}

/** Waits between the tries of a read. */
const RETRY_MS = [100, 500];
/** More than this waiting for the database are given up: what matters is read again anyway. */
const MAX_WAITING = 20_000;

export interface ArrivalsOptions {
  readonly load: LoadCommitted;
  readonly deliver: (events: readonly DomainEvent[], node: string) => void;
  readonly missed: () => void;
  readonly log: BusLog;
}

/**
 * What came from other nodes, on its way to the listeners: messages are read from the database, all that came while one read was under way with
 * the next. Whatever came is delivered in the order it came in.
 */
export class Arrivals {
  readonly #options: ArrivalsOptions;
  #waiting: Arrival[] = [];
  #busy = false;
  #closed = false;

  constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  push(node: string, notes: readonly EventNote[]): void {
    if (this.#waiting.length + notes.length > MAX_WAITING) {
      this.#options.log.warn({ notes: this.#waiting.length }, 'too much of other nodes waits to be read');
      this.#waiting = [];
      this.#options.missed();
    }
    for (const note of notes) this.#waiting.push({ node, note });
    if (!this.#busy) void this.#work();
  }

  close(): void {
    this.#closed = true;
    this.#waiting = [];
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const arrivals = this.#waiting;
      this.#waiting = [];
      const messages = await this.#read(
        arrivals.flatMap(({ note }) => (note.type === 'message' ? note : [])),
      );
      if (this.#closed) return;
      this.#deliver(arrivals, messages);
    }
    this.#busy = false;
  }

  async #read(notes: readonly MessageNote[]): Promise<Map<string, MessageCommitted>> {
    // The sender's other attempts, and a bus, may name one more than once.
    const wanted = new Map(
      notes.map(({ conversationId, seq }) => [
        keyOf(conversationId, seq),
        { conversationId, after: seq - 1, before: seq + 1 },
      ]),
    );
    if (wanted.size === 0) return new Map();
    for (let tries = 0; ; tries += 1) {
      try {
        const events = await this.#options.load([...wanted.values()]);
        return new Map(
          events.map((event) => [keyOf(event.message.conversation_id, event.message.seq), event]),
        );
      } catch (err) {
        const wait = RETRY_MS[tries];
        if (this.#closed) return new Map();
        if (!isOutage(err))
          this.#options.log.warn({ err, messages: wanted.size }, 'messages of other nodes could not be read');
        if (wait === undefined) {
          this.#options.missed();
          return new Map();
        }
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  /** In the order of arrival; what one node said in a row is one moment. */
  #deliver(arrivals: readonly Arrival[], messages: ReadonlyMap<string, MessageCommitted>): void {
    let from: string | undefined;
    let events: DomainEvent[] = [];
    const flush = () => {
      if (from === undefined || events.length === 0) return;
      try {
        this.#options.deliver(events, from);
      } catch (err) {
        this.#options.log.error({ err }, 'what came from another node could not be told');
      }
      events = [];
    };
    for (const { node, note } of arrivals) {
      if (node !== from) flush();
      from = node;
      const event = note.type === 'message' ? messages.get(keyOf(note.conversationId, note.seq)) : note;
      if (event) events.push(event);
    }
    flush();
  }
}

function keyOf(conversationId: string, seq: number): string {
  return `${conversationId} ${seq}`;
}
