import type { DuetError } from '../error.ts';
import { errors } from '../generated/errors.ts';
import type { Conversation, InboxFrame, User } from '../generated/types.ts';
import type { Rest } from '../rest.ts';
import type { TokenSource } from '../token.ts';
import type { ConnectionState } from './connection.ts';
import {
  type LiveConversation,
  type ThreadActions,
  type ThreadHandle,
  type ThreadSnapshot,
  threadHandle,
} from './conversation.ts';
import { Inbox } from './inbox.ts';
import { Mender } from './mender.ts';
import { Computed, type Observable } from './observable.ts';
import { Outbox, type OutgoingMessage } from './outbox.ts';
import { Signals } from './signals.ts';
import { Socket, type WebSocketConstructor } from './socket.ts';
import type { OutboxStorage } from './storage.ts';
import { needOf, withConversation, withMessages, withWatch } from './thread.ts';
import { TypingSender } from './typing-sender.ts';
import { liveConversation, withReadFlags } from './view.ts';

/** My conversations, to show as a list. */
export interface ConversationList {
  /** Latest activity first. */
  readonly items: readonly LiveConversation[];
  /** Unread messages of all of these. */
  readonly unread: number;
  /** There are older ones: `loadMore` fetches some. */
  readonly hasMore: boolean;
  /** Whether the list is what the server has; false until the first catching up, and while there is no connection. */
  readonly isSynced: boolean;
}

/** Everything that changes by itself: one connection, and what is known through it. */
export interface Live {
  /** Connects, and stays connected until `close()` or until there is no point. Does nothing when it does so already. */
  connect(): void;
  /** Disconnects for good, or until the next `connect()`. What is known and what waits to be sent stays. */
  close(): void;
  readonly connection: Observable<ConnectionState>;
  /** Who I am, once the server said so. */
  readonly me: Observable<User | undefined>;
  readonly conversations: Observable<ConversationList>;
  /** One conversation; the same handle for the same id. */
  conversation(id: string): ThreadHandle;
  /** Loads up to 100 older conversations into the list. */
  loadMore(): Promise<void>;
}

export interface LiveOptions {
  readonly url: string;
  readonly rest: Rest;
  readonly tokens: TokenSource;
  readonly WebSocket: WebSocketConstructor | undefined;
  readonly outbox: OutboxStorage | undefined;
}

const OLDER_MESSAGES = 50;
const OLDER_CONVERSATIONS = 100;
/** How many conversations' other sides are watched for presence from the start, and how many a frame can name (PROTOCOL 7.5). */
const WATCHED_AT_FIRST = 200;
const WATCH_PER_FRAME = 100;
const RESEND_MS = 2000;

export class LiveClient implements Live, ThreadActions {
  readonly #rest: Rest;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #signals: Signals;
  readonly #mender: Mender;
  readonly #socket: Socket;
  readonly #typing: TypingSender;
  readonly #threads = new Map<string, { handle: ThreadHandle; snapshot: Computed<ThreadSnapshot> }>();
  readonly #failures = new Map<string, DuetError>();
  readonly #loadingOlder = new Map<string, Promise<void>>();
  /** How far I have read where the server has not said yet that it knows. */
  readonly #reads = new Map<string, number>();
  readonly #unwatched = new Set<string>();
  #older: AsyncGenerator<Conversation, void, void> | undefined;
  #isSyncing = false;
  #resend: ReturnType<typeof setTimeout> | undefined;

  readonly connection: Computed<ConnectionState>;
  readonly me: Computed<User | undefined>;
  readonly conversations: Computed<ConversationList>;

  constructor({ url, rest, tokens, WebSocket, outbox }: LiveOptions) {
    this.#rest = rest;
    this.#inbox = new Inbox((id) => this.#changed(id));
    this.#outbox = new Outbox(outbox, (id) => this.#threads.get(id)?.snapshot.changed());
    this.#signals = new Signals(
      (id) => this.#shown(id),
      (userId) => {
        for (const { id, user1, user2 } of this.#inbox.list())
          if (user1.id === userId || user2.id === userId) this.#shown(id);
      },
    );
    this.#mender = new Mender(rest, this.#inbox, (id, error) => {
      this.#failures.set(id, error);
      this.#shown(id);
    });
    this.#socket = new Socket({
      url,
      tokens,
      WebSocket,
      cursor: () => this.#inbox.cursor,
      beginSync: () => {
        this.#isSyncing = true;
        return this.#inbox.beginSync();
      },
      onFrame: (frame) => this.#hear(frame),
      onState: (state) => this.#turned(state),
    });
    this.#typing = new TypingSender((frame) => this.#socket.send(frame));
    this.connection = new Computed(() => this.#socket.state);
    this.me = new Computed(() => this.#inbox.me);
    this.conversations = new Computed(() => this.#list());
  }

  connect(): void {
    this.#socket.connect();
  }

  close(): void {
    this.#socket.close();
  }

  conversation(id: string): ThreadHandle {
    const known = this.#threads.get(id);
    if (known) return known.handle;
    const snapshot = new Computed(
      () => this.#snapshot(id),
      (isWatched) => this.#watch(id, isWatched),
    );
    const handle = threadHandle(id, snapshot, this);
    this.#threads.set(id, { handle, snapshot });
    return handle;
  }

  async loadMore(): Promise<void> {
    const { next } = this.#inbox;
    if (next === null) return;
    this.#older ??= this.#rest.conversations.each({ cursor: next, limit: OLDER_CONVERSATIONS });
    for (let count = 0; count < OLDER_CONVERSATIONS; count += 1) {
      const { done, value } = await this.#older.next();
      if (done) {
        this.#inbox.next = null;
        this.#older = undefined;
        break;
      }
      this.#inbox.update(value.id, (thread) => withConversation(thread, value));
    }
    this.conversations.changed();
  }

  send(id: string, content: string): OutgoingMessage {
    const message = this.#outbox.add(id, content);
    this.#typing.sent(id);
    this.#flush();
    return message;
  }

  retry(messageId: string): void {
    this.#outbox.retry(messageId);
    this.#flush();
  }

  discard(messageId: string): void {
    this.#outbox.deliver(messageId);
  }

  markRead(id: string, seq = this.#inbox.thread(id)?.conversation?.last_seq ?? 0): void {
    const known = this.#inbox.thread(id)?.conversation?.read_seq ?? 0;
    if (seq <= Math.max(known, this.#reads.get(id) ?? 0)) return;
    this.#reads.set(id, seq);
    this.#socket.send({ type: 'read', conversation_id: id, seq });
  }

  setTyping(id: string, isTyping: boolean): void {
    this.#typing.set(id, isTyping);
  }

  loadOlder(id: string): Promise<void> {
    const loading = this.#loadingOlder.get(id) ?? this.#loadOlder(id);
    this.#loadingOlder.set(id, loading);
    return loading.finally(() => this.#loadingOlder.delete(id));
  }

  async #loadOlder(id: string): Promise<void> {
    const first = this.#inbox.thread(id)?.messages?.[0]?.seq ?? 1;
    if (first <= 1) return;
    const page = await this.#rest.messages.list({
      conversation_id: id,
      before: first,
      limit: OLDER_MESSAGES,
    });
    this.#inbox.update(id, (thread) => withMessages(thread, page.results));
  }

  #watch(id: string, isWatched: boolean): void {
    this.#failures.delete(id);
    this.#inbox.update(id, (thread) => withWatch(thread, isWatched));
  }

  #hear(frame: InboxFrame): void {
    this.#inbox.apply(frame);
    this.#signals.apply(frame, this.#inbox.me?.id);
    switch (frame.type) {
      case 'ready':
        this.me.changed();
        void this.#outbox.restore(frame.user.id).then(() => this.#flush());
        break;
      case 'synced':
        this.#isSyncing = false;
        if (frame.reset) this.#older = undefined;
        this.conversations.changed();
        break;
      case 'pong':
        this.#outbox.pong();
        this.#flush();
        break;
      case 'chat_message':
        // While it is held behind a hole it is still shown as on its way.
        if (!this.#inbox.thread(frame.conversation_id)?.messages) this.#outbox.deliver(frame.message_id);
        break;
      case 'error':
        this.#refused(frame);
    }
  }

  #refused({ code, frame, conversation_id, message_id }: Extract<InboxFrame, { type: 'error' }>): void {
    const isFinal = errors[code]?.recovery !== 'retry';
    if (frame === 'read' && conversation_id !== undefined && isFinal) this.#reads.delete(conversation_id);
    if (message_id === undefined) return;
    if (isFinal) {
      this.#outbox.fail(message_id, code);
      return;
    }
    this.#outbox.retry(message_id);
    clearTimeout(this.#resend);
    this.#resend = setTimeout(() => this.#flush(), RESEND_MS * (0.5 + Math.random() / 2));
  }

  #turned({ status }: ConnectionState): void {
    this.connection.changed();
    if (status === 'live') {
      this.#mender.resume();
      this.#flush();
      for (const [id, seq] of this.#reads) this.#socket.send({ type: 'read', conversation_id: id, seq });
      const first = this.#inbox.list().slice(0, WATCHED_AT_FIRST);
      for (const id of [...first.map((conversation) => conversation.id), ...this.#threads.keys()])
        this.#watchPresence(id);
    } else {
      this.#isSyncing = false;
      this.#mender.pause();
      this.#outbox.requeue();
      this.#typing.clear();
      this.#signals.clear();
      clearTimeout(this.#resend);
    }
    this.conversations.changed();
    for (const { snapshot } of this.#threads.values()) snapshot.changed();
  }

  /** A thread changed, came or went. */
  #changed(id: string): void {
    const thread = this.#inbox.thread(id);
    const readSeq = thread?.conversation?.read_seq ?? 0;
    if (readSeq >= (this.#reads.get(id) ?? Infinity)) this.#reads.delete(id);
    const outgoing = this.#outbox.of(id);
    if (outgoing.length > 0) {
      const there = new Set(thread?.messages?.map(({ message_id }) => message_id));
      for (const { message_id } of outgoing) if (there.has(message_id)) this.#outbox.deliver(message_id);
    }
    this.#mender.check(id);
    this.#shown(id);
  }

  /** What is shown of a thread changed. */
  #shown(id: string): void {
    this.#threads.get(id)?.snapshot.changed();
    if (!this.#isSyncing) this.conversations.changed();
  }

  #flush(): void {
    this.#outbox.flush(({ conversation_id, content: message, message_id }) =>
      this.#socket.send({ type: 'chat_message', conversation_id, message, message_id }),
    );
  }

  #watchPresence(id: string): void {
    this.#unwatched.add(id);
    if (this.#unwatched.size > 1) return;
    queueMicrotask(() => {
      const ids = [...this.#unwatched];
      this.#unwatched.clear();
      for (let start = 0; start < ids.length; start += WATCH_PER_FRAME) {
        const conversation_ids = ids.slice(start, start + WATCH_PER_FRAME);
        this.#socket.send({ type: 'presence', conversation_ids });
      }
    });
  }

  #list(): ConversationList {
    const items = this.#inbox.list().map((conversation) => this.#view(conversation));
    return {
      items,
      unread: items.reduce((sum, { unread_count }) => sum + unread_count, 0),
      hasMore: this.#inbox.next !== null,
      isSynced: this.#inbox.isSynced && this.#socket.state.status === 'live',
    };
  }

  #view(conversation: Conversation): LiveConversation {
    return liveConversation(conversation, this.#inbox.me?.id, this.#signals);
  }

  #snapshot(id: string): ThreadSnapshot {
    const thread = this.#inbox.thread(id);
    const { conversation, messages } = thread ?? {};
    const isLive = this.#socket.state.status === 'live';
    return {
      conversation: conversation && this.#view(conversation),
      messages: withReadFlags(messages ?? [], conversation, this.#inbox.me?.id),
      outgoing: this.#outbox.of(id),
      hasOlder: (messages?.[0]?.seq ?? 1) > 1,
      isSynced: isLive && thread !== undefined && messages !== undefined && !needOf(thread),
      error: this.#failures.get(id),
    };
  }
}
