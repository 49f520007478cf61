import type { DuetError } from '../error.ts';
import type { Conversation, Message, User } from '../generated/types.ts';
import type { ConnectionState } from './connection.ts';
import type { Observable } from './observable.ts';
import type { OutgoingMessage } from './outbox.ts';
import type { Presence } from './signals.ts';

/** A conversation with what is only known live. */
export interface LiveConversation extends Conversation {
  /** The other side. */
  readonly peer: User;
  readonly isTyping: boolean;
  /** Undefined while it is not known. */
  readonly presence: Presence | undefined;
}

/** A conversation to look at: its messages in order and without holes, and what is on its way. */
export interface ThreadSnapshot {
  /** Undefined until it is known. */
  readonly conversation: LiveConversation | undefined;
  /** A window of the history that ends with the newest message; `loadOlder` widens it. */
  readonly messages: readonly Message[];
  /** What I wrote and is not delivered yet, oldest first: to show after `messages`. */
  readonly outgoing: readonly OutgoingMessage[];
  readonly hasOlder: boolean;
  readonly isLoadingOlder: boolean;
  /** Whether this is all there is, as far as the server has said; false while something is being read, or the connection is gone. */
  readonly isSynced: boolean;
  /** Why it cannot be read: for good (`not_participant`, `not_found`), or for now, when its `recovery` is `retry`. */
  readonly error: DuetError | undefined;
}

/** One conversation, live. As long as somebody is subscribed its messages are kept whole. */
export interface ThreadHandle extends Observable<ThreadSnapshot> {
  readonly id: string;
  /** The conversation alone: to look at it does not load its messages. */
  readonly conversation: Observable<LiveConversation | undefined>;
  /**
   * Sends, now or as soon as there is a connection, once. Where it stands is in `outgoing`, and then in `messages`.
   * @throws DuetError `invalid_request` for text that no server takes, `outbox_full`
   */
  send(content: string): OutgoingMessage;
  /** Tries a failed message again. */
  retry(messageId: string): void;
  /** Gives up on a message that is not delivered; one that was sent may be all the same. */
  discard(messageId: string): void;
  /** I have read everything up to a seq, or up to the newest message; said as soon as there is a connection. */
  markRead(seq?: number): void;
  /** I am typing, or no more; to be called as often as you like. */
  setTyping(isTyping: boolean): void;
  /** Widens the window by up to 50 older messages. */
  loadOlder(): Promise<void>;
}

/** My conversations, to show as a list. */
export interface ConversationList {
  /** Latest activity first. */
  readonly items: readonly LiveConversation[];
  /** Unread messages of all my conversations, those that are not in the list included. */
  readonly unread: number;
  /** There are older ones: `loadMore` fetches some. */
  readonly hasMore: boolean;
  /** Whether the list is what the server has; false until the first catching up, and while there is no connection. */
  readonly isSynced: boolean;
}

/** Everything that changes by itself: one connection, and what is known through it. */
export interface Live {
  /**
   * Connects, and stays connected until `close()` or until there is no point. While it waits, this tries again at once; while it is live,
   * this asks whether the connection is still there.
   */
  connect(): void;
  /** Disconnects for good, or until the next `connect()`. What is known and what waits to be sent stays. */
  close(): void;
  readonly connection: Observable<ConnectionState>;
  /** Who I am, once the server said so. */
  readonly me: Observable<User | undefined>;
  readonly conversations: Observable<ConversationList>;
  /** How many messages wait that the `outbox` could not keep, and that would be lost with the page; 0 without an `outbox`. */
  readonly unkept: Observable<number>;
  /** One conversation; the same handle for the same id. */
  conversation(id: string): ThreadHandle;
  /** Loads up to 100 older conversations into the list. */
  loadMore(): Promise<void>;
}
