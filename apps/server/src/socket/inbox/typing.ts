import type { Events, TypingChanged } from '../../events/events.ts';

/** Who types where. */
export type Typist = Pick<TypingChanged, 'conversationId' | 'userId' | 'peerId'>;

interface Entry {
  readonly typist: Typist;
  readonly device: object;
  readonly expiry: NodeJS.Timeout;
}

/** How long a `true` holds (PROTOCOL 7.6). */
const TYPING_MS = 6000;

/** Who is typing on the devices of this node: the server holds the expiry, so that a device that dies does not type for ever. */
export class Typing {
  readonly #events: Events;
  readonly #entries = new Map<string, Entry>();
  readonly #unsubscribe: () => void;

  constructor(events: Events) {
    this.#events = events;
    // A message ends it, whichever way it was sent.
    this.#unsubscribe = events.subscribe((published) => {
      for (const event of published) {
        if (event.type !== 'message') continue;
        this.stop({ conversationId: event.message.conversation_id, userId: event.message.sender.id });
      }
    });
  }

  start(typist: Typist, device: object): void {
    clearTimeout(this.#entries.get(keyOf(typist))?.expiry);
    const expiry = setTimeout(() => this.stop(typist), TYPING_MS);
    this.#entries.set(keyOf(typist), { typist, device, expiry });
    this.#events.publish([{ type: 'typing', ...typist, typing: true }]);
  }

  stop(typist: Pick<Typist, 'conversationId' | 'userId'>): void {
    const entry = this.#entries.get(keyOf(typist));
    if (!entry) return;
    clearTimeout(entry.expiry);
    this.#entries.delete(keyOf(typist));
    this.#events.publish([{ type: 'typing', ...entry.typist, typing: false }]);
  }

  /** A device went away, and types nowhere any more. */
  leave(device: object): void {
    for (const entry of this.#entries.values()) if (entry.device === device) this.stop(entry.typist);
  }

  close(): void {
    this.#unsubscribe();
    for (const { expiry } of this.#entries.values()) clearTimeout(expiry);
    this.#entries.clear();
  }
}

function keyOf({ conversationId, userId }: Pick<Typist, 'conversationId' | 'userId'>): string {
  return JSON.stringify([conversationId, userId]); // a user's id may hold any character
}
