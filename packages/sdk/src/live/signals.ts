import type { InboxFrame } from '../generated/types.ts';

/** Whether somebody is there. */
export interface Presence {
  readonly online: boolean;
  /** When they last were, while they are not. */
  readonly last_seen: string | null;
}

/** The server ends typing after 6 s (PROTOCOL 7.6); this is for when the frame that says so is lost. */
const TYPING_MS = 8000;

/** What is only good while it lasts: who is typing, who is online. */
export class Signals {
  readonly #typing = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #presence = new Map<string, Presence>();
  readonly #onTyping: (conversationId: string) => void;
  readonly #onPresence: (userId: string) => void;

  constructor(onTyping: (conversationId: string) => void, onPresence: (userId: string) => void) {
    this.#onTyping = onTyping;
    this.#onPresence = onPresence;
  }

  /** Whether the other side of a conversation is typing. */
  isTyping(conversationId: string): boolean {
    return this.#typing.has(conversationId);
  }

  /** Undefined while it is not known. */
  presence(userId: string): Presence | undefined {
    return this.#presence.get(userId);
  }

  apply(frame: InboxFrame, me: string | undefined): void {
    if (frame.type === 'typing') this.#setTyping(frame.conversation_id, frame.typing);
    if (frame.type === 'chat_message' && frame.sender_id !== me)
      this.#setTyping(frame.conversation_id, false);
    if (frame.type === 'presence') {
      this.#presence.set(frame.user_id, { online: frame.online, last_seen: frame.last_seen });
      this.#onPresence(frame.user_id);
    }
  }

  /** The connection is gone, and with it all that was known. */
  clear(): void {
    for (const id of [...this.#typing.keys()]) this.#setTyping(id, false);
    const users = [...this.#presence.keys()];
    this.#presence.clear();
    for (const id of users) this.#onPresence(id);
  }

  #setTyping(conversationId: string, typing: boolean): void {
    const timer = this.#typing.get(conversationId);
    if (!typing && timer === undefined) return;
    clearTimeout(timer);
    if (typing) {
      this.#typing.set(
        conversationId,
        setTimeout(() => this.#setTyping(conversationId, false), TYPING_MS),
      );
    } else {
      this.#typing.delete(conversationId);
    }
    if (typing !== (timer !== undefined)) this.#onTyping(conversationId);
  }
}
