export type { CallOptions, Fetch } from './call.ts';
export { createDuet, type Duet, type DuetOptions } from './duet.ts';
export { DuetError, type DuetErrorCode, type Recovery } from './error.ts';
export type { Operations } from './generated/operations.ts';
export type * from './generated/types.ts';
export type {
  ConversationList,
  Live,
  LiveConversation,
  ThreadHandle,
  ThreadSnapshot,
} from './live/api.ts';
export type { ConnectionState, ConnectionStatus } from './live/connection.ts';
export type { Observable } from './live/observable.ts';
export type { OutgoingMessage } from './live/outbox.ts';
export type { Presence } from './live/signals.ts';
export type { WebSocketConstructor, WebSocketLike } from './live/socket.ts';
export {
  type AsyncKeyValueStorage,
  asyncStorageOutbox,
  indexedDbOutbox,
  localStorageOutbox,
  type OutboxStorage,
  type StoredMessage,
} from './live/storage.ts';
export type { GetRandomValues } from './platform.ts';
export { createRest, type Rest, type RestOptions } from './rest.ts';
export { withTabLock } from './tab-lock.ts';
export type { GetToken, TokenReason } from './token.ts';
export { defaultErrorWords, type ErrorWords, errorWords } from './words.ts';
