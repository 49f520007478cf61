import type { InboxFrame } from '@duet/contract';
import type { Events, TypingChanged } from '../../events/events.ts';

/** Who types where. */
export type Typist = Pick<TypingChanged, 'conversationId' | 'userId' | 'peerId'>;

interface Entry {
  readonly typist: Typist;
  /** The node that said so last. */
  readonly node: string;
  /** The device, if it is on this node. */
  readonly device: object | undefined;
  readonly expiry: NodeJS.Timeout;
}

/** Sends a frame to the inboxes that somebody has on this node. */
type Tell = (userId: string, frame: InboxFrame) => void;

/** How long a `true` holds (PROTOCOL 7.6). */
const TYPING_MS = 6000;
/** How much longer one of another node does, so that it is mostly that node that ends it. */
const ON_THE_WAY_MS = 1000;

/**
 * Who is typing to the inboxes of this node, and on its devices. Every node that hears it holds the expiry: neither a device that dies nor a
 * node types for ever, and a `false` is told once, whichever of its reasons comes first.
 */
export class Typing {
  readonly #events: Events;
  readonly #tell: Tell;
  /** By conversation, then by user. */
  readonly #entries = new Map<string, Map<string, Entry>>();
  readonly #unsubscribe: () => void;

  constructor(events: Events, tell: Tell) {
    this.#events = events;
    this.#tell = tell;
    this.#unsubscribe = events.subscribe((published, node) => {
      for (const event of published) {
        if (event.type === 'typing') this.#hear(event, node);
        // A message ends it, whichever way and on whatever node it was sent. There are many, and mostly nobody types.
        else if (event.type === 'message' && this.#entries.size > 0) {
          this.#end(this.#find(event.message.conversation_id, event.message.sender.id));
        }
      }
    });
  }

  start({ conversationId, userId, peerId }: Typist, device: object): void {
    const typist = { conversationId, userId, peerId };
    this.#put(typist, this.#events.node, device);
    this.#events.publish([{ type: 'typing', ...typist, typing: true }]);
  }

  /** The user types no more on the devices of this node. */
  stop({ conversationId, userId }: Pick<Typist, 'conversationId' | 'userId'>): void {
    const entry = this.#find(conversationId, userId);
    if (entry?.device) this.#end(entry);
  }

  /** A device went away, and types nowhere any more. */
  leave(device: object): void {
    for (const typists of this.#entries.values()) {
      for (const entry of typists.values()) if (entry.device === device) this.#end(entry);
    }
  }

  close(): void {
    this.#unsubscribe();
    for (const typists of this.#entries.values()) {
      for (const { expiry } of typists.values()) clearTimeout(expiry);
    }
    this.#entries.clear();
  }

  #hear({ conversationId, userId, peerId, typing }: TypingChanged, node: string): void {
    const typist = { conversationId, userId, peerId };
    if (typing) {
      if (node !== this.#events.node) this.#put(typist, node, undefined);
      this.#say(typist, true);
      return;
    }
    const entry = this.#find(conversationId, userId);
    // Not there any more, or typing goes on, on another node.
    if (entry?.node !== node) return;
    this.#remove(entry);
    this.#say(typist, false);
  }

  /** Of a device here all nodes are told, this one among them; of another node’s, its own inboxes alone. */
  #end(entry: Entry | undefined): void {
    if (!entry) return;
    if (entry.device) {
      this.#events.publish([{ type: 'typing', ...entry.typist, typing: false }]);
    } else {
      this.#remove(entry);
      this.#say(entry.typist, false);
    }
  }

  #say({ conversationId, userId, peerId }: Typist, typing: boolean): void {
    this.#tell(peerId, { type: 'typing', conversation_id: conversationId, user_id: userId, typing });
  }

  #find(conversationId: string, userId: string): Entry | undefined {
    return this.#entries.get(conversationId)?.get(userId);
  }

  #put(typist: Typist, node: string, device: object | undefined): void {
    const { conversationId, userId } = typist;
    clearTimeout(this.#find(conversationId, userId)?.expiry);
    const holdsMs = device ? TYPING_MS : TYPING_MS + ON_THE_WAY_MS;
    const expiry = setTimeout(() => this.#end(this.#find(conversationId, userId)), holdsMs);
    const typists = this.#entries.get(conversationId) ?? new Map<string, Entry>();
    this.#entries.set(conversationId, typists.set(userId, { typist, node, device, expiry }));
  }

  #remove({ typist: { conversationId, userId }, expiry }: Entry): void {
    clearTimeout(expiry);
    const typists = this.#entries.get(conversationId);
    typists?.delete(userId);
    if (typists?.size === 0) this.#entries.delete(conversationId);
  }
}
