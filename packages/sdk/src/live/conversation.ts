import type { DuetError } from '../error.ts';
import type { Conversation, Message, User } from '../generated/types.ts';
import type { Computed, Observable } from './observable.ts';
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
  /** Whether this is all there is, as far as the server has said; false while something is being read, or the connection is gone. */
  readonly isSynced: boolean;
  /** Why it cannot be read, when trying again will not help: `not_participant`, `not_found`. */
  readonly error: DuetError | undefined;
}

/** One conversation, live. As long as somebody is subscribed its messages are kept whole. */
export interface ThreadHandle extends Observable<ThreadSnapshot> {
  readonly id: string;
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

/** What the handles of conversations have in common: see `live.ts`. */
export interface ThreadActions {
  send(id: string, content: string): OutgoingMessage;
  retry(messageId: string): void;
  discard(messageId: string): void;
  markRead(id: string, seq: number | undefined): void;
  setTyping(id: string, isTyping: boolean): void;
  loadOlder(id: string): Promise<void>;
}

/** A handle, with its observable. */
export function threadHandle(
  id: string,
  observable: Computed<ThreadSnapshot>,
  actions: ThreadActions,
): ThreadHandle {
  return {
    id,
    get: observable.get,
    subscribe: observable.subscribe,
    send: (content) => actions.send(id, content),
    retry: (messageId) => actions.retry(messageId),
    discard: (messageId) => actions.discard(messageId),
    markRead: (seq) => actions.markRead(id, seq),
    setTyping: (isTyping) => actions.setTyping(id, isTyping),
    loadOlder: () => actions.loadOlder(id),
  };
}
