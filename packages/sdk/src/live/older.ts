import type { Conversation } from '../generated/types.ts';
import type { Rest } from '../rest.ts';
import type { Inbox } from './inbox.ts';
import { withConversation, withMessages } from './thread.ts';

const MESSAGES = 50;
const CONVERSATIONS = 100;

/** Loads what lies further back, when somebody asks for it; who asks twice at once gets one load. */
export class Older {
  readonly #rest: Rest;
  readonly #inbox: Inbox;
  readonly #loading = new Map<string, Promise<void>>();
  #conversations: AsyncGenerator<Conversation, void, void> | undefined;
  #from: string | null = null;

  constructor(rest: Rest, inbox: Inbox) {
    this.#rest = rest;
    this.#inbox = inbox;
  }

  /** Whether messages of a conversation are being loaded. */
  isLoading(id: string): boolean {
    return this.#loading.has(id);
  }

  messages(id: string): Promise<void> {
    return this.#once(id, async () => {
      const before = this.#inbox.thread(id)?.messages?.[0]?.seq ?? 1;
      if (before <= 1) return;
      const page = await this.#rest.messages.list({ conversation_id: id, before, limit: MESSAGES });
      this.#inbox.update(id, (thread) => withMessages(thread, page.results));
    });
  }

  conversations(): Promise<void> {
    return this.#once('', async () => {
      const { next } = this.#inbox;
      if (next === null) return;
      // With a fresh snapshot the list ends elsewhere.
      if (next !== this.#from) this.#conversations = undefined;
      this.#from = next;
      this.#conversations ??= this.#rest.conversations.each({ cursor: next, limit: CONVERSATIONS });
      try {
        for (let added = 0; added < CONVERSATIONS; ) {
          const { done, value } = await this.#conversations.next();
          if (done) {
            if (this.#inbox.next === next) this.#inbox.next = null; // else a fresh snapshot ends elsewhere
            return;
          }
          if (!this.#inbox.thread(value.id)) added += 1;
          this.#inbox.update(value.id, (thread) => withConversation(thread, value));
        }
      } catch (error) {
        this.#conversations = undefined; // it has ended with the error; the next begins anew
        throw error;
      }
    });
  }

  #once(key: string, load: () => Promise<void>): Promise<void> {
    const loading = this.#loading.get(key) ?? load().finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return loading;
  }
}
