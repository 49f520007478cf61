import type { DuetError } from '../error.ts';
import { recoveries } from '../generated/errors.ts';
import type { ClientFrame, Conversation, InboxFrame, User } from '../generated/types.ts';
import type { GetRandomValues } from '../platform.ts';
import type { Rest } from '../rest.ts';
import type { TokenSource } from '../token.ts';
import { uuidv7 } from '../uuid.ts';
import type { ConversationList, Live, LiveConversation, ThreadHandle, ThreadSnapshot } from './api.ts';
import type { ConnectionState } from './connection.ts';
import { Inbox } from './inbox.ts';
import { Mender } from './mender.ts';
import { Computed, sameList } from './observable.ts';
import { Older } from './older.ts';
import { Outbox, type OutgoingMessage } from './outbox.ts';
import { PresenceWatcher } from './presence-watcher.ts';
import { ReadSender } from './read-sender.ts';
import { Signals } from './signals.ts';
import { Socket, type WebSocketConstructor } from './socket.ts';
import type { OutboxStorage } from './storage.ts';
import { isAwaited, needOf, withWatch } from './thread.ts';
import { type ThreadActions, type ThreadParts, threadHandle } from './thread-handle.ts';
import { TypingSender } from './typing-sender.ts';
import { UnreadTotal } from './unread.ts';
import { liveConversation, withReadFlags } from './view.ts';

export interface LiveOptions {
  readonly url: string;
  readonly rest: Rest;
  readonly tokens: TokenSource;
  readonly WebSocket: WebSocketConstructor | undefined;
  readonly outbox: OutboxStorage | undefined;
  readonly userId: string | undefined;
  readonly getRandomValues: GetRandomValues | undefined;
}

/** How many conversations' other sides are watched for presence from the start. */
const WATCHED_AT_FIRST = 200;

/** What `live` is: puts the parts together, and passes on what each has to say to the others. */
export class LiveClient implements Live, ThreadActions {
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #signals: Signals;
  readonly #mender: Mender;
  readonly #socket: Socket;
  readonly #older: Older;
  readonly #typing: TypingSender;
  readonly #reads: ReadSender;
  readonly #presence: PresenceWatcher;
  readonly #unread: UnreadTotal;
  readonly #threads = new Map<string, ThreadParts>();
  readonly #failures = new Map<string, DuetError>();
  #isSyncing = false;
  #resend: ReturnType<typeof setTimeout> | undefined;

  readonly connection: Computed<ConnectionState>;
  readonly me: Computed<User | undefined>;
  readonly conversations: Computed<ConversationList>;
  readonly unkept: Computed<number>;

  constructor({ url, rest, tokens, WebSocket, outbox, userId, getRandomValues }: LiveOptions) {
    this.#inbox = new Inbox((id) => this.#changed(id));
    this.#outbox = new Outbox(
      outbox,
      (id) => {
        this.#threads.get(id)?.snapshot.changed();
        this.unkept.changed();
      },
      () => uuidv7(getRandomValues),
      () => this.#socket.note('overdue'),
    );
    this.#signals = new Signals(
      (id) => this.#shown(id),
      (userId) => {
        for (const { id, user1, user2 } of this.#inbox.list())
          if (user1.id === userId || user2.id === userId) this.#shown(id);
      },
    );
    this.#mender = new Mender(rest, this.#inbox, (id, error) => {
      if (error) this.#failures.set(id, error);
      else this.#failures.delete(id);
      this.#shown(id);
    });
    this.#older = new Older(rest, this.#inbox);
    this.#unread = new UnreadTotal(rest, this.#inbox, () => this.conversations.changed());
    this.#socket = new Socket({
      url,
      tokens,
      WebSocket,
      cursor: () => this.#inbox.cursor,
      beginSync: () => {
        this.#isSyncing = true;
        return this.#inbox.beginSync();
      },
      hasUnsent: () => this.#outbox.hasUnsent,
      onFrame: (frame) => this.#hear(frame),
      onState: (state) => this.#turned(state),
    });
    const send = (frame: ClientFrame) => this.#socket.send(frame);
    this.#typing = new TypingSender(send);
    this.#reads = new ReadSender(send);
    this.#presence = new PresenceWatcher(send);
    this.connection = new Computed(() => this.#socket.state);
    this.me = new Computed(() => this.#inbox.me);
    this.conversations = new Computed((before) => this.#list(before));
    this.unkept = new Computed(() => this.#outbox.unkept);
    if (userId !== undefined) void this.#outbox.restore(userId);
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
    const snapshot = new Computed<ThreadSnapshot>(
      (before) => this.#snapshot(id, before),
      (isWatched) => this.#watch(id, isWatched),
    );
    const conversation = new Computed(
      () => this.#conversation(id),
      (isWatched) => isWatched && this.#inbox.update(id, (thread) => thread), // so that it is known of, and read
    );
    const handle = threadHandle(id, snapshot, conversation, this);
    this.#threads.set(id, { handle, snapshot, conversation });
    return handle;
  }

  async loadMore(): Promise<void> {
    await this.#older.conversations();
    this.#unread.check();
    this.conversations.changed();
  }

  send(id: string, content: string): OutgoingMessage {
    const message = this.#outbox.add(id, content);
    this.#typing.sent(id);
    this.#flush();
    this.#socket.note('send');
    return message;
  }

  retry(messageId: string): void {
    this.#outbox.retry(messageId);
    this.#flush();
    this.#socket.note('send');
  }

  discard(messageId: string): void {
    this.#outbox.deliver(messageId);
  }

  markRead(id: string, seq: number | undefined): void {
    const { last_seq = seq ?? 0, read_seq = 0 } = this.#inbox.thread(id)?.conversation ?? {};
    const marker = Math.min(seq ?? last_seq, last_seq);
    if (marker > read_seq) this.#reads.mark(id, marker);
  }

  setTyping(id: string, isTyping: boolean): void {
    this.#typing.set(id, isTyping);
  }

  loadOlder(id: string): Promise<void> {
    const changed = () => this.#threads.get(id)?.snapshot.changed();
    const loading = this.#older.messages(id).finally(changed);
    changed();
    return loading;
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
        this.#unread.check(true);
        this.conversations.changed();
        break;
      case 'pong':
        this.#outbox.pong();
        this.#flush();
        this.#reads.resend();
        break;
      case 'chat_message':
        if (this.#outbox.store(frame.message_id, frame.seq)) this.#socket.note('answer');
        this.#deliver(frame.conversation_id);
        this.#flush(); // there is room for the next
        break;
      case 'error':
        this.#refused(frame);
    }
  }

  #refused(error: Extract<InboxFrame, { type: 'error' }>): void {
    const { code, frame, conversation_id, message_id, retry_after = 1 } = error;
    const isFinal = recoveries[code] !== 'retry';
    if (frame === 'read' && conversation_id !== undefined && isFinal) this.#reads.forget(conversation_id);
    if (message_id === undefined) return;
    this.#socket.note('answer');
    if (isFinal) {
      this.#outbox.fail(message_id, code);
      this.#flush();
      return;
    }
    this.#outbox.retry(message_id);
    this.#endWait();
    this.#resend = setTimeout(
      () => {
        this.#endWait();
        this.#flush();
      },
      1000 * (retry_after + Math.random()),
    );
  }

  /** Ends the wait that a refusal began. */
  #endWait(): void {
    clearTimeout(this.#resend);
    this.#resend = undefined;
  }

  #turned({ status }: ConnectionState): void {
    this.connection.changed();
    if (status === 'live') {
      this.#mender.resume();
      this.#flush();
      this.#reads.resend();
      const first = this.#inbox.list().slice(0, WATCHED_AT_FIRST);
      for (const { id } of [...first, ...this.#inbox.watched()]) this.#presence.watch(id);
    } else {
      this.#isSyncing = false;
      this.#mender.pause();
      this.#unread.pause();
      this.#outbox.requeue();
      this.#typing.clear();
      this.#presence.clear();
      this.#signals.clear();
      this.#endWait();
    }
    this.conversations.changed();
    for (const { snapshot } of this.#threads.values()) snapshot.changed();
  }

  /** A thread changed, came or went. */
  #changed(id: string): void {
    const thread = this.#inbox.thread(id);
    const { conversation } = thread ?? {};
    if (conversation) {
      this.#reads.known(id, conversation.read_seq, conversation.last_seq);
      if (this.#socket.state.status === 'live') this.#presence.watch(id); // one that came since
      if (!this.#isSyncing) this.#unread.check();
    }
    this.#deliver(id);
    this.#mender.check(id);
    this.#shown(id);
  }

  /** What is in its place, or will not be seen there, is no longer on its way. */
  #deliver(id: string): void {
    const outgoing = this.#outbox.of(id);
    if (outgoing.length === 0) return;
    const thread = this.#inbox.thread(id);
    const there = new Set(thread?.messages?.map(({ message_id }) => message_id));
    for (const { message_id } of outgoing) {
      const seq = this.#outbox.seqOf(message_id);
      const isPast = seq !== undefined && !isAwaited(thread, seq);
      if (isPast || there.has(message_id)) this.#outbox.deliver(message_id);
    }
  }

  /** What is shown of a thread changed. */
  #shown(id: string): void {
    const thread = this.#threads.get(id);
    thread?.snapshot.changed();
    thread?.conversation.changed();
    if (this.#isSyncing) return;
    this.conversations.changed();
  }

  /** Not while something that was refused waits, or what was written later would overtake it. */
  #flush(): void {
    if (this.#resend) return;
    this.#outbox.flush(({ conversation_id, content: message, message_id }) =>
      this.#socket.send({ type: 'chat_message', conversation_id, message, message_id }),
    );
  }

  #list(before: ConversationList | undefined): ConversationList {
    const items = this.#inbox.list().map((conversation) => this.#view(conversation));
    return {
      items: sameList(items, before?.items),
      unread: this.#unread.of(items.reduce((sum, { unread_count }) => sum + unread_count, 0)),
      hasMore: this.#inbox.next !== null,
      isSynced: this.#inbox.isSynced && this.#socket.state.status === 'live',
    };
  }

  #view(conversation: Conversation): LiveConversation {
    return liveConversation(conversation, this.#inbox.me?.id, this.#signals);
  }

  #conversation(id: string): LiveConversation | undefined {
    const conversation = this.#inbox.thread(id)?.conversation;
    return conversation && this.#view(conversation);
  }

  #snapshot(id: string, before: ThreadSnapshot | undefined): ThreadSnapshot {
    const thread = this.#inbox.thread(id);
    const { conversation, messages } = thread ?? {};
    const isLive = this.#socket.state.status === 'live';
    return {
      conversation: this.#conversation(id),
      messages: sameList(withReadFlags(messages ?? [], conversation, this.#inbox.me?.id), before?.messages),
      outgoing: sameList(this.#outbox.of(id), before?.outgoing),
      hasOlder: (messages?.[0]?.seq ?? 1) > 1,
      isLoadingOlder: this.#older.isLoading(id),
      isSynced: isLive && thread !== undefined && messages !== undefined && !needOf(thread),
      error: this.#failures.get(id),
    };
  }
}
