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

/** How many messages I have not read, in all my conversations. */
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

const NO_MESSAGES: Messages = {
  messages: [],
  outgoing: [],
  hasOlder: false,
  isLoadingOlder: false,
  isSynced: false,
  error: undefined,
  loadOlder: async () => {},
};

/** The messages of a conversation, kept whole as long as somebody uses this. @param id undefined while none is chosen */
export function useMessages(id: string | undefined): Messages {
  const thread = useThreadOf(id);
  const messages = useMemo(() => (thread ? messagesOf(thread) : always(NO_MESSAGES)), [thread]);
  return useObserved(messages, NO_MESSAGES);
}

function messagesOf(thread: ThreadHandle): Observable<Messages> {
  const { loadOlder } = thread;
  return derived(thread, ({ conversation: _, ...value }) => ({ ...value, loadOlder }));
}

/** A conversation with its peer, typing, presence and unread messages; undefined until it is known. */
export function useConversation(id: string | undefined): LiveConversation | undefined {
  return usePart(id, (conversation) => conversation);
}

/** Whether the other side is typing. */
export function useTyping(id: string | undefined): boolean {
  return usePart(id, (conversation) => conversation?.isTyping) ?? false;
}

/** Whether the other side is there; undefined while it is not known. */
export function usePresence(id: string | undefined): Presence | undefined {
  return usePart(id, (conversation) => conversation?.presence);
}

function usePart<T>(
  id: string | undefined,
  part: (conversation: LiveConversation | undefined) => T,
): T | undefined {
  const { get, subscribe } = useThreadOf(id)?.conversation ?? NOTHING;
  return useObserved<T | undefined>({ get: () => part(get()), subscribe }, undefined);
}

function useThreadOf(id: string | undefined): ThreadHandle | undefined {
  const { live } = useDuet();
  return id === undefined ? undefined : live.conversation(id);
}

/** An observable of what never changes. */
function always<T>(value: T): Observable<T> {
  return { get: () => value, subscribe: () => () => {} };
}

const NOTHING = always(undefined);
