import type { WatchPresenceFrame } from '../generated/types.ts';

/** How many conversations a frame can name (PROTOCOL 7.5). */
const PER_FRAME = 100;

/** Asks for the presence of conversations' other sides, each once a connection, many at a time. */
export class PresenceWatcher {
  readonly #send: (frame: WatchPresenceFrame) => boolean;
  readonly #asked = new Set<string>();
  #toAsk: string[] = [];

  constructor(send: (frame: WatchPresenceFrame) => boolean) {
    this.#send = send;
  }

  watch(conversationId: string): void {
    if (this.#asked.has(conversationId)) return;
    this.#asked.add(conversationId);
    this.#toAsk.push(conversationId);
    if (this.#toAsk.length === 1) queueMicrotask(() => this.#ask());
  }

  /** The connection is gone, and the server has forgotten. */
  clear(): void {
    this.#asked.clear();
    this.#toAsk = [];
  }

  #ask(): void {
    for (let start = 0; start < this.#toAsk.length; start += PER_FRAME) {
      const conversation_ids = this.#toAsk.slice(start, start + PER_FRAME);
      this.#send({ type: 'presence', conversation_ids });
    }
    this.#toAsk = [];
  }
}
