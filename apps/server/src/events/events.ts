import type { Conversation, ConversationState, Message, User } from '@duet/contract';

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

/** Somebody came online on the node that says so, or went from it. */
export interface PresenceChanged {
  readonly type: 'presence';
  readonly userId: string;
  readonly online: boolean;
  readonly lastSeen: string | null;
}

/** Somebody wants to know whether this person is online: every node that has them answers with `presence`. */
export interface PresenceAsked {
  readonly type: 'presence_asked';
  readonly userId: string;
}

/** Somebody's access ended, or that of one of their sessions. */
export interface AccessEnded {
  readonly type: 'access_ended';
  readonly userId: string;
  /** Null: all of it. */
  readonly sessionId: string | null;
}

/** Somebody got other names. */
export interface UserChanged {
  readonly type: 'user_changed';
  readonly user: User;
}

export type DomainEvent =
  | MessageCommitted
  | ConversationOpened
  | ConversationRead
  | TypingChanged
  | PresenceChanged
  | PresenceAsked
  | AccessEnded
  | UserChanged;

/** What happened on one node at one moment, in order; `node` is the one it happened on. */
export type EventListener = (events: readonly DomainEvent[], node: string) => void;

/** Something about the nodes themselves. */
export type BusChange =
  /** Events of other nodes may have been lost: what matters is to be read from the database. */
  | { readonly type: 'missed' }
  /** A node went, or was not heard of for so long that it must be gone. */
  | { readonly type: 'node_gone'; readonly node: string };

/** What nodes tell each other about somebody: what their devices hear, or whether they are online. */
export type Topic = `user:${string}` | `presence:${string}`;

/** Interest in a topic. */
export interface Following {
  /** Resolves when what other nodes publish from now on is heard here; never rejects, also when the bus is away. */
  readonly active: Promise<void>;
  end(): void;
}

/**
 * The port through which facts leave the domain: committed ones, and who is typing and online.
 *
 * Whoever listens on the same node hears them before `publish` returns. To other nodes delivery is a hint: a bus may lose, repeat or reorder
 * events; whoever listens repairs from the database.
 */
export interface Events {
  /** This node, among those that share the bus. */
  readonly node: string;
  publish(events: readonly DomainEvent[]): void;
  /** @returns a function that ends the subscription */
  subscribe(listener: EventListener): () => void;
  /** Events of other nodes are heard only if they concern a topic that somebody here follows, or every node. */
  follow(topic: Topic): Following;
  /** @returns a function that ends the watch */
  watch(listener: (change: BusChange) => void): () => void;
  /** Tells the others that this node goes, and leaves the bus. */
  close(): Promise<void>;
}

/** Whom an event concerns; nobody: every node. */
export function topicsOf(
  event: Exclude<DomainEvent, MessageCommitted> | Pick<MessageCommitted, 'type' | 'users'>,
): Topic[] {
  switch (event.type) {
    case 'message':
    case 'read':
      return event.users.map((id): Topic => `user:${id}`);
    case 'conversation':
      return [`user:${event.conversation.user1.id}`, `user:${event.conversation.user2.id}`];
    case 'typing':
      return [`user:${event.peerId}`];
    case 'presence':
      return [`presence:${event.userId}`];
    case 'presence_asked':
      return [`user:${event.userId}`];
    case 'access_ended':
      return []; // every node may know the token, also without a socket
    case 'user_changed':
      return []; // every node may know the names
  }
}
