export { asyncApiDocument } from './asyncapi.ts';
export {
  type Conversation,
  conversation,
  type Message,
  type MessagePage,
  message,
  messagePage,
  type Session,
  session,
  type Unread,
  type User,
  unread,
  user,
} from './entities.ts';
export {
  type CloseErrorCode,
  type ErrorCode,
  errorCode,
  errors,
  type FieldError,
  fieldError,
  type Problem,
  problem,
  type RestErrorCode,
} from './errors.ts';
export {
  displayName,
  MAX_SEQ,
  MESSAGE_MAX_LENGTH,
  messageId,
  PAYLOAD_MAX_BYTES,
  USERS_MAX,
  userId,
  username,
} from './fields.ts';
export {
  type ChatMessageFrame,
  CONVERSATION_SOCKET_PATH,
  chatMessageFrame,
  type ErrorFrame,
  errorFrame,
  type ServerFrame,
  sendFrame,
  serverFrame,
} from './frames.ts';
export {
  BEARER_SUBPROTOCOL_PREFIX,
  type ClientFrame,
  type ConversationState,
  clientFrame,
  clientFrames,
  conversationState,
  INBOX_SOCKET_PATH,
  INBOX_SUBPROTOCOL,
  type InboxFrame,
  inboxFrame,
  inboxFrames,
  SYNC_MAX_CONVERSATIONS,
} from './inbox-frames.ts';
export {
  allOperations,
  type NamedOperation,
  type Operation,
  type OperationAuth,
  type OperationMethod,
  type Operations,
  operations,
} from './operations.ts';
