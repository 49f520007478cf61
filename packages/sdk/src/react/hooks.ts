import { useMemo } from 'react';
import type {
  ConnectionState,
  ConversationList,
  Live,
  LiveConversation,
  Observable,
  Presence,
  ThreadHandle,
  ThreadSnapshot,
  User,
} from '../index.ts';
import { derived, useObserved } from './observed.ts';
import { useDuet } from './provider.ts';

const IDLE: ConnectionState = {
  status: 'idle',
  reason: undefined,
  retryInMs: undefined,
  error: undefined,
};

/** How the connection is. */
export function useConnection(): ConnectionState {
  return useObserved(useDuet().live.connection, IDLE);
}

/** Who I am, once the server said so. */
export function useMe(): User | undefined {
  return useObserved(useDuet().live.me, undefined);
}

/** The list of my conversations, and the way to more of it. */
export interface Conversations extends ConversationList, Pick<Live, 'loadMore'> {}

const NO_CONVERSATIONS: ConversationList = { items: [], unread: 0, hasMore: false, isSynced: false };

/** My conversations, latest activity first. A row's object is the same until something of it changes: `memo` the rows. */
export function useConversations(): Conversations {
  const { live } = useDuet();
  const list = useObserved(live.conversations, NO_CONVERSATIONS);
  return useMemo(() => ({ ...list, loadMore: () => live.loadMore() }), [list, live]);
}

/** How many messages I have not read, in all conversations of the list. */
export function useUnread(): number {
  const { conversations } = useDuet().live;
  return useObserved({ subscribe: conversations.subscribe, get: () => conversations.get().unread }, 0);
}

/**
 * What there is to do in a conversation: `send`, `retry`, `discard`, `markRead`, `setTyping`, `loadOlder`. The same object for the same
 * id, so it is no reason to render.
 */
export function useThread(id: string): ThreadHandle {
  return useDuet().live.conversation(id);
}

/** The messages of a conversation, what is on its way into it, and the way to older ones. */
export interface Messages extends Omit<ThreadSnapshot, 'conversation'>, Pick<ThreadHandle, 'loadOlder'> {}

/** The messages of a conversation. They are kept whole as long as somebody uses this. */
export function useMessages(id: string): Messages {
  const thread = useThread(id);
  const [messages, empty] = useMemo(() => messagesOf(thread), [thread]);
  return useObserved(messages, empty);
}

function messagesOf(thread: ThreadHandle): [Observable<Messages>, Messages] {
  const { loadOlder } = thread;
  const messages = derived<ThreadSnapshot, Messages>(thread, ({ conversation: _, ...value }) => ({
    ...value,
    loadOlder,
  }));
  const nothing = { messages: [], outgoing: [], hasOlder: false, isLoadingOlder: false, isSynced: false };
  return [messages, { ...nothing, error: undefined, loadOlder }];
}

/** A conversation with its peer, typing, presence and unread messages; undefined until it is known. */
export function useConversation(id: string): LiveConversation | undefined {
  return useObserved(useThread(id).conversation, undefined);
}

/** Whether the other side is typing. */
export function useTyping(id: string): boolean {
  return usePart(id, (conversation) => conversation?.isTyping) ?? false;
}

/** Whether the other side is there; undefined while it is not known. */
export function usePresence(id: string): Presence | undefined {
  return usePart(id, (conversation) => conversation?.presence);
}

function usePart<T>(id: string, part: (conversation: LiveConversation | undefined) => T): T | undefined {
  const { get, subscribe } = useThread(id).conversation;
  return useObserved<T | undefined>({ get: () => part(get()), subscribe }, undefined);
}
