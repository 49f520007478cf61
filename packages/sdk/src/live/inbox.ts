import type { Conversation, InboxFrame, Message, MessageFrame, User } from '../generated/types.ts';
import { newThread, type Thread, withConversation, withMessages, withState, withWatch } from './thread.ts';

/** Everything that is known of somebody's conversations, made of frames and of what was read to fill holes (PROTOCOL 7). */
export class Inbox {
  readonly #threads = new Map<string, Thread>();
  readonly #onChange: (id: string) => void;
  /** What the server told of since the `sync` under way began. */
  #named: Set<string> | undefined;
  /** Who this is, once the server said so. */
  me: User | undefined;
  cursor: string | undefined;
  /** For the conversations that follow after those of the snapshot; null when there are none. */
  next: string | null = null;
  /** Whether a `sync` came to its end: the list is what the server has, or what it was when the connection broke. */
  isSynced = false;
  /** Grows with every thread that changed. */
  changes = 0;

  /** @param onChange told of every thread that changed, came or went */
  constructor(onChange: (id: string) => void) {
    this.#onChange = onChange;
  }

  /** The conversations, latest activity first. */
  list(): Conversation[] {
    return this.#known().sort((a, b) => compare(activityOf(b), activityOf(a)) || compare(b.id, a.id));
  }

  /** How many there are of them. */
  get size(): number {
    return this.#known().length;
  }

  /** How much is unread in them. */
  get unread(): number {
    return this.#known().reduce((sum, { unread_count }) => sum + unread_count, 0);
  }

  #known(): Conversation[] {
    return [...this.#threads.values()].flatMap(({ conversation }) => conversation ?? []);
  }

  /** The threads that somebody looks at. */
  watched(): Thread[] {
    return [...this.#threads.values()].filter(({ isWatched }) => isWatched);
  }

  ids(): string[] {
    return [...this.#threads.keys()];
  }

  thread(id: string): Thread | undefined {
    return this.#threads.get(id);
  }

  update(id: string, change: (thread: Thread) => Thread): void {
    const before = this.#threads.get(id) ?? newThread(id);
    const after = change(before);
    if (after === before && this.#threads.has(id)) return;
    this.#threads.set(id, after);
    this.changes += 1;
    this.#onChange(id);
  }

  /** @returns the cursor to sync with */
  beginSync(): string | undefined {
    this.#named = new Set();
    return this.cursor;
  }

  apply(frame: InboxFrame): void {
    switch (frame.type) {
      case 'ready':
        this.#recognise(frame.user);
        break;
      case 'conversation': {
        const { conversation } = frame;
        this.#hear(conversation.id, (thread) => withConversation(thread, conversation, true));
        break;
      }
      case 'chat_message': {
        const { conversation_id, state } = frame;
        this.#hear(conversation_id, (thread) =>
          this.#withState(withMessages(thread, [toMessage(frame)]), state),
        );
        break;
      }
      case 'read':
        this.#hear(frame.conversation_id, (thread) => this.#withState(thread, frame.state));
        break;
      case 'synced':
        this.cursor = frame.cursor;
        this.isSynced = true;
        if (frame.reset) this.#reset(frame.next);
        this.#named = undefined;
        break;
      case 'pong':
        this.cursor = frame.cursor ?? this.cursor;
        for (const { conversation_id, state } of frame.heads ?? []) {
          this.#hear(conversation_id, (thread) => this.#withState(thread, state));
        }
    }
  }

  /** The server told of a conversation. */
  #hear(id: string, change: (thread: Thread) => Thread): void {
    this.#named?.add(id);
    this.update(id, change);
  }

  #withState(thread: Thread, state: MessageFrame['state']): Thread {
    return withState(thread, state, this.me?.id ?? '');
  }

  /** Somebody else signed in: what was there is not theirs. */
  #recognise(user: User): void {
    if (this.me && this.me.id !== user.id) {
      this.cursor = undefined;
      this.isSynced = false;
      for (const [id, { isWatched }] of this.#threads) {
        if (isWatched) this.#threads.set(id, withWatch(newThread(id), true));
        else this.#threads.delete(id);
        this.#onChange(id);
      }
    }
    this.me = user;
  }

  /** The snapshot that was named is all that is certain; what somebody looks at is read anew, the rest dropped. */
  #reset(next: string | null): void {
    this.next = next;
    for (const [id, thread] of this.#threads) {
      if (this.#named?.has(id)) continue;
      if (thread.isWatched) this.#threads.set(id, { ...thread, isStale: true });
      else this.#threads.delete(id);
      this.#onChange(id);
    }
  }
}

function toMessage(frame: MessageFrame): Message {
  const { message_id, conversation_id, seq, message: content, timestamp } = frame;
  const { sender_id: id, sender_username: username, sender_display_name: display_name } = frame;
  const sender = { id, username, display_name };
  return { message_id, conversation_id, seq, sender, content, timestamp, read: false };
}

function activityOf({ last_message, created_at }: Conversation): string {
  return last_message?.timestamp ?? created_at;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
