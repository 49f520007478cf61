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
import { derived, sameList, sameObject, useObserved } from './observed.ts';
import { useDuet } from './provider.ts';

const IDLE: ConnectionState = { status: 'idle', reason: undefined, retryInMs: undefined };

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

/** My conversations, latest activity first. A row's object is the same until something of it changes: `memo` the rows. */
export function useConversations(): Conversations {
  const { live } = useDuet();
  const [list, empty] = useMemo(() => conversationsOf(live), [live]);
  return useObserved(list, empty);
}

function conversationsOf(live: Live): [Observable<Conversations>, Conversations] {
  const loadMore = () => live.loadMore();
  const list = derived<ConversationList, Conversations>(live.conversations, (value, before) =>
    sameObject({ ...value, items: sameList(value.items, before?.items), loadMore }, before),
  );
  return [list, { items: [], unread: 0, hasMore: false, isSynced: false, loadMore }];
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
  const messages = derived<ThreadSnapshot, Messages>(thread, ({ conversation: _, ...value }, before) => {
    const messages = sameList(value.messages, before?.messages);
    const outgoing = sameList(value.outgoing, before?.outgoing);
    return sameObject({ ...value, messages, outgoing, loadOlder }, before);
  });
  const nothing = { messages: [], outgoing: [], hasOlder: false, isSynced: false, error: undefined };
  return [messages, { ...nothing, loadOlder }];
}

/**
 * A conversation with its peer, typing, presence and unread messages; undefined while it is not known: it is when it is in the list, or as
 * soon as `useMessages` reads it.
 */
export function useConversation(id: string): LiveConversation | undefined {
  return usePart(id, (conversation) => conversation);
}

/** Whether the other side is typing. */
export function useTyping(id: string): boolean {
  return usePart(id, (conversation) => conversation?.isTyping) ?? false;
}

/** Whether the other side is there; undefined while it is not known. */
export function usePresence(id: string): Presence | undefined {
  return usePart(id, (conversation) => conversation?.presence);
}

/** Part of a conversation. It listens to the list, because listening to the thread would load its messages. */
function usePart<T>(id: string, part: (conversation: LiveConversation | undefined) => T): T | undefined {
  const { subscribe } = useDuet().live.conversations;
  const thread = useThread(id);
  return useObserved<T | undefined>({ get: () => part(thread.get().conversation), subscribe }, undefined);
}
