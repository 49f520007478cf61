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
  | 'not_found'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'conflict'
  | 'username_taken'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'upgrade_required'
  | 'invalid_utf8'
  | 'slow_consumer'
  | 'internal'
  | 'unavailable'
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

/** A page of a conversation’s history. */
export interface MessagePage {
  /** Absolute URL of the page that follows, or null. */
  next: string | null;
  /** Absolute URL of the page before, or null. */
  previous: string | null;
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
}

export type ServerFrame = ChatMessageFrame | ErrorFrame;

/** Send a message to the conversation. */
export interface SendFrame {
  type?: 'chat_message' | undefined;
  /** The text, kept exactly as sent. */
  message: string;
  /** A UUID chosen by the sender (version 7 advised). Sending it again gives the same message back. */
  message_id?: string | undefined;
}

export interface ListConversationsInput {
  /** 1–1000, default 1000. */
  limit?: number | undefined;
  /** From the `Link` header of the page before. */
  cursor?: string | undefined;
}

export interface OpenConversationInput {
  /** The `sub` of the user’s tokens. */
  target_user_id: string;
}

export interface GetConversationInput {
  /** A UUID, derived from the two participants. */
  conversation_id: string;
}

export interface MarkReadInput {
  /** A UUID, derived from the two participants. */
  conversation_id: string;
  /** Position in the conversation: 1, 2, 3 … without holes. */
  seq: number;
}

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
}

export interface SendMessageInput {
  /** A UUID, derived from the two participants. */
  conversation_id: string;
  /** The text, kept exactly as sent. */
  content: string;
  /** A UUID chosen by the sender (version 7 advised). Sending it again gives the same message back. */
  message_id?: string | undefined;
}

export type GetMeInput = Record<string, never>;

export interface FindUsersInput {
  search?: string | undefined;
  /** 1–50, default 20. */
  limit?: number | undefined;
}

export interface RegisterInput {
  /** Unique whatever its case. */
  username: string;
  password: string;
}

export interface SignInInput {
  username: string;
  password: string;
}

export interface RefreshSessionInput {
  refresh: string;
}

export interface SignOutInput {
  refresh: string;
}
