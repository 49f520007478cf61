// Generated from @duet/contract by `pnpm generate`. Do not edit.

/** RFC 9457 problem details. */
export interface Problem {
  /** `urn:duet:error:` and the code. */
  type: string;
  title: string;
  status: number;
  detail: string;
  /** Branch on this. */
  code: ErrorCode;
  request_id: string;
  errors?: FieldError[] | undefined;
  /** With `rate_limited`: seconds to wait. */
  retry_after?: number | undefined;
}

/** Every code of an error. */
export type ErrorCode =
  | 'invalid_request'
  | 'invalid_frame'
  | 'missing_token'
  | 'invalid_token'
  | 'token_expired'
  | 'invalid_credentials'
  | 'invalid_refresh_token'
  | 'not_participant'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'conflict'
  | 'username_taken'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'upgrade_required'
  | 'rate_limited'
  | 'origin_not_allowed'
  | 'unsupported_protocol'
  | 'invalid_utf8'
  | 'slow_consumer'
  | 'internal'
  | 'unavailable'
  | 'busy'
  | 'server_restarting';

/** What is wrong with a field. */
export interface FieldError {
  /** The field at fault, dotted when nested; `body` for the whole. */
  field: string;
  code: string;
  detail: string;
}

/** A conversation of two people, as one of them sees it. */
export interface Conversation {
  /** A UUID, derived from the two participants. */
  id: string;
  /** Who opened the conversation. */
  user1: User;
  user2: User;
  /** UTC, milliseconds. */
  created_at: string;
  last_message: Message | null;
  /** Position in the conversation: 1, 2, 3 … without holes. */
  last_seq: number;
  /** Messages of the other side that I have not read. */
  unread_count: number;
  /** How far I have read. */
  read_seq: number;
  /** How far the other side has read. */
  peer_read_seq: number;
}

/** A person who can chat. */
export interface User {
  id: string;
  username: string;
  /** The name to show. */
  display_name: string;
}

/** One message of a conversation. */
export interface Message {
  /** A UUID, the sender’s choice. */
  message_id: string;
  /** A UUID, derived from the two participants. */
  conversation_id: string;
  /** Position in the conversation: 1, 2, 3 … without holes. */
  seq: number;
  sender: User;
  content: string;
  /** UTC, milliseconds. */
  timestamp: string;
  /** Its recipient has read it. */
  read: boolean;
}

/** The unread messages of all my conversations. */
export interface Unread {
  /** Messages in all of them that I have not read. */
  unread_count: number;
  /** Conversations that have any. */
  conversations: number;
}

/** A page of a conversation’s history. */
export interface MessagePage {
  /** Absolute URL of the page that follows, or null. */
  next: string | null;
  /** Absolute URL of the page before, or null. */
  previous: string | null;
  /** How many messages the range has on all of its pages. */
  count: number;
  results: Message[];
}

/** A signed-in user. */
export interface Session {
  user: User;
  /** A JWT for the Authorization header. */
  access: string;
  /** Works once, for a new session. */
  refresh: string;
  /** Seconds until `access` expires. */
  expires_in: number;
}

/** A message of the conversation, after its commit. */
export interface ChatMessageFrame {
  type: 'chat_message';
  message: string;
  sender_id: string;
  sender_username: string;
  /** UTC, milliseconds. */
  timestamp: string;
  message_id: string;
  /** A UUID, derived from the two participants. */
  conversation_id: string;
  /** Position in the conversation: 1, 2, 3 … without holes. */
  seq: number;
}

/** What was wrong with a frame of this socket. */
export interface ErrorFrame {
  type: 'error';
  code: ErrorCode;
  detail: string;
  message_id?: string | undefined;
  /** With `rate_limited`: seconds to wait. */
  retry_after?: number | undefined;
}

/** The token holds: this is who you are. */
export interface ReadyFrame {
  type: 'ready';
  user: User;
  /** Seconds until the token expires. */
  expires_in: number;
  /** How often to ping. */
  heartbeat_seconds: number;
}

/** The token expires soon: send a fresh one. */
export interface TokenExpiringFrame {
  type: 'auth';
  /** Seconds until the token expires. */
  expires_in: number;
}

/** A conversation that changed, or was opened. */
export interface ConversationFrame {
  type: 'conversation';
  conversation: Conversation;
}

/** The end of a sync. */
export interface SyncedFrame {
  type: 'synced';
  /** From the last `synced` or `pong`. */
  cursor: string;
  /** What was named is a fresh snapshot: drop everything else you hold. */
  reset: boolean;
  /** For listConversations: what follows after a snapshot. */
  next: string | null;
}

/** A message, after its commit. */
export interface MessageFrame {
  type: 'chat_message';
  message: string;
  sender_id: string;
  sender_username: string;
  /** UTC, milliseconds. */
  timestamp: string;
  message_id: string;
  /** A UUID, derived from the two participants. */
  conversation_id: string;
  /** Position in the conversation: 1, 2, 3 … without holes. */
  seq: number;
  sender_display_name: string;
  state: ConversationState;
}

/** How far a conversation goes and each side has read; of two states the one with the greater sum of `last_seq` and `read_seqs` is later. */
export interface ConversationState {
  /** Position in the conversation: 1, 2, 3 … without holes. */
  last_seq: number;
  /** How far `user1` and `user2` have read. */
  read_seqs: [number, number];
  /** How many messages `user1` and `user2` have not read. */
  unread_counts: [number, number];
}

/** Somebody has read everything up to a seq. */
export interface ReadFrame {
  /** A UUID, derived from the two participants. */
  conversation_id: string;
  type: 'read';
  user_id: string;
  /** Position in the conversation: 1, 2, 3 … without holes. */
  seq: number;
  state: ConversationState;
}

/** The other side is typing, or no more. */
export interface TypingFrame {
  /** A UUID, derived from the two participants. */
  conversation_id: string;
  type: 'typing';
  user_id: string;
  typing: boolean;
}

/** Whether somebody is online, on any device. */
export interface PresenceFrame {
  type: 'presence';
  user_id: string;
  online: boolean;
  /** When the last device went away. */
  last_seen: string | null;
}

/** The server is there, and this is what you should have by now. */
export interface PongFrame {
  type: 'pong';
  cursor: string | null;
  /** What changed since the cursor of the ping; null: sync. */
  heads:
    | {
        /** A UUID, derived from the two participants. */
        conversation_id: string;
        state: ConversationState;
      }[]
    | null;
}

/** What was wrong with a frame of this socket. */
export interface InboxErrorFrame {
  type: 'error';
  code: ErrorCode;
  detail: string;
  message_id?: string | undefined;
  /** With `rate_limited`: seconds to wait. */
  retry_after?: number | undefined;
  /** The type of the frame at fault. */
  frame?: string | undefined;
  conversation_id?: string | undefined;
}

/** What a socket without a subprotocol receives. */
export type ServerFrame = ChatMessageFrame | ErrorFrame;

/** What the inbox receives (PROTOCOL 7.6). */
export type InboxFrame =
  | ReadyFrame
  | TokenExpiringFrame
  | ConversationFrame
  | SyncedFrame
  | MessageFrame
  | ReadFrame
  | TypingFrame
  | PresenceFrame
  | PongFrame
  | InboxErrorFrame;

/** Send a message to the conversation. */
export interface SendFrame {
  type?: 'chat_message' | undefined;
  /** The text, kept exactly as sent. */
  message: string;
  /** A UUID chosen by the sender (version 7 advised). Sending it again gives the same message back. */
  message_id?: string | undefined;
}

/** My token, at first or afresh. */
export interface AuthenticateFrame {
  type: 'auth';
  token: string;
}

/** What changed since the cursor? */
export interface SyncFrame {
  type: 'sync';
  /** From the last `synced` or `pong`. */
  cursor?: string | undefined;
  /** The most conversations of a fresh snapshot. 1–1000, default 100. */
  limit?: number | undefined;
}

/** Send a message, once however often it is tried. */
export interface SendMessageFrame {
  /** A UUID, derived from the two participants. */
  conversation_id: string;
  type: 'chat_message';
  /** The text, kept exactly as sent. */
  message: string;
  /** A UUID chosen by the sender (version 7 advised). Sending it again gives the same message back. */
  message_id: string;
}

/** I have read everything up to a seq. */
export interface MarkReadFrame {
  /** A UUID, derived from the two participants. */
  conversation_id: string;
  type: 'read';
  /** Position in the conversation: 1, 2, 3 … without holes. */
  seq: number;
}

/** I am typing, or no more. */
export interface SetTypingFrame {
  /** A UUID, derived from the two participants. */
  conversation_id: string;
  type: 'typing';
  typing: boolean;
}

/** Tell me of the other sides of these conversations. */
export interface WatchPresenceFrame {
  type: 'presence';
  conversation_ids: string[];
}

/** Are you there, and what should I have by now? */
export interface PingFrame {
  type: 'ping';
  /** From the last `synced` or `pong`. */
  cursor?: string | undefined;
}

/** What `conversations.list` takes. */
export interface ListConversationsInput {
  /** 1–1000, default 1000. */
  limit?: number | undefined;
  /** From the `Link` header of the page before. */
  cursor?: string | undefined;
}

/** What `conversations.open` takes. */
export interface OpenConversationInput {
  target_user_id: string | number;
}

/** What `conversations.get` takes. */
export interface GetConversationInput {
  /** A UUID, derived from the two participants. */
  conversation_id: string;
}

/** What `conversations.markRead` takes. */
export interface MarkReadInput {
  /** A UUID, derived from the two participants. */
  conversation_id: string;
  /** Position in the conversation: 1, 2, 3 … without holes. */
  seq: number;
}

/** What `conversations.unread` takes. */
export type CountUnreadInput = Record<string, never>;

/** What `messages.list` takes. */
export interface ListMessagesInput {
  /** A UUID, derived from the two participants. */
  conversation_id: string;
  /** 1–100, default 50. */
  limit?: number | undefined;
  /** Only messages with a smaller seq. */
  before?: number | undefined;
  /** Only messages with a greater seq. */
  after?: number | undefined;
  /** Default "desc". */
  order?: 'asc' | 'desc' | undefined;
  /** How many messages of the range to pass over. */
  offset?: number | undefined;
  /** Which page of the range, from 1. */
  page?: number | undefined;
  /** Messages on a page, where pages have numbers. 1–100. */
  page_size?: number | undefined;
}

/** What `messages.send` takes. */
export interface SendMessageInput {
  /** A UUID, derived from the two participants. */
  conversation_id: string;
  /** The text, kept exactly as sent. */
  content: string;
  /** A UUID chosen by the sender (version 7 advised). Sending it again gives the same message back. */
  message_id?: string | undefined;
}

/** What `users.me` takes. */
export type GetMeInput = Record<string, never>;

/** What `users.find` takes. */
export interface FindUsersInput {
  search?: string | undefined;
  /** 1–50, default 20. */
  limit?: number | undefined;
  ids?: string[] | undefined;
}

/** What `users.get` takes. */
export interface GetUserInput {
  /** The `sub` of the user’s tokens. */
  user_id: string;
}

/** What `users.put` takes. */
export interface PutUserInput {
  /** Unique whatever its case. */
  username?: string | undefined;
  /** Null: the username is shown. */
  display_name?: string | null | undefined;
  /** The `sub` of the user’s tokens. */
  user_id: string;
}

/** What `users.putMany` takes. */
export interface PutUsersInput {
  users: {
    /** Unique whatever its case. */
    username?: string | undefined;
    /** Null: the username is shown. */
    display_name?: string | null | undefined;
    id: string | number;
  }[];
}

/** What `auth.register` takes. */
export interface RegisterInput {
  /** Unique whatever its case. */
  username: string;
  password: string;
}

/** What `auth.signIn` takes. */
export interface SignInInput {
  username: string;
  password: string;
}

/** What `auth.refresh` takes. */
export interface RefreshSessionInput {
  refresh: string;
}

/** What `auth.signOut` takes. */
export interface SignOutInput {
  refresh: string;
}

/** What a client sends to the inbox (PROTOCOL 7.5). */
export type ClientFrame =
  | AuthenticateFrame
  | SyncFrame
  | SendMessageFrame
  | MarkReadFrame
  | SetTypingFrame
  | WatchPresenceFrame
  | PingFrame;
