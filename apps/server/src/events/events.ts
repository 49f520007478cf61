import type { Conversation, ConversationState, Message } from '@duet/contract';

/** `user1` and `user2` of a conversation. */
export type UserPair = readonly [string, string];

/** A message was committed; `state` is the conversation's after it, or a later one. */
export interface MessageCommitted {
  readonly type: 'message';
  readonly message: Message;
  readonly users: UserPair;
  readonly state: ConversationState;
}

/** A conversation was opened; it looks the same from both sides, for there is nothing in it yet. */
export interface ConversationOpened {
  readonly type: 'conversation';
  readonly conversation: Conversation;
}

/** Somebody has read a conversation up to `seq`. */
export interface ConversationRead {
  readonly type: 'read';
  readonly conversationId: string;
  readonly userId: string;
  readonly seq: number;
  readonly users: UserPair;
  readonly state: ConversationState;
}

/** Somebody is typing, or no more; told to the other side. */
export interface TypingChanged {
  readonly type: 'typing';
  readonly conversationId: string;
  readonly userId: string;
  readonly peerId: string;
  readonly typing: boolean;
}

/** Somebody came online, or went. */
export interface PresenceChanged {
  readonly type: 'presence';
  readonly userId: string;
  readonly online: boolean;
  readonly lastSeen: string | null;
}

export type DomainEvent =
  | MessageCommitted
  | ConversationOpened
  | ConversationRead
  | TypingChanged
  | PresenceChanged;

/**
 * The port through which facts leave the domain: committed ones, and who is typing and online.
 *
 * Delivery is a hint: an adapter may lose, repeat or reorder events; whoever listens repairs from the database.
 */
export interface Events {
  publish(event: DomainEvent): void;
  /** @returns a function that ends the subscription */
  subscribe(listener: (event: DomainEvent) => void): () => void;
}
