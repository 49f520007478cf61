'use client';

export {
  type Conversations,
  type Messages,
  useConnection,
  useConversation,
  useConversations,
  useMe,
  useMessages,
  usePresence,
  useThread,
  useTyping,
  useUnread,
} from './hooks.ts';
export { DuetProvider, type DuetProviderProps, useDuet } from './provider.ts';
