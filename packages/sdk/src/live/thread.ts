import type { Conversation, ConversationState, Message } from '../generated/types.ts';

/**
 * What is known of a conversation: its latest state, and a window of its messages that ends with the newest and has no holes.
 *
 * It is made of what comes, in any order and any number of times, and ends as a fresh snapshot would be.
 */
export interface Thread {
  readonly id: string;
  /** Undefined while only its id is known. */
  readonly conversation: Conversation | undefined;
  /** Somebody looks at its messages. */
  readonly isWatched: boolean;
  /** Undefined until a first page came. */
  readonly messages: readonly Message[] | undefined;
  /** What came after a hole, by seq. */
  readonly held: ReadonlyMap<number, Message>;
  /** What is known may be out of date: the server no longer says what changed. */
  readonly isStale: boolean;
}

/** What is missing of a thread. */
export type Need =
  | { readonly kind: 'conversation' }
  | { readonly kind: 'newest' }
  | { readonly kind: 'newer'; readonly after: number };

export function newThread(id: string): Thread {
  return {
    id,
    conversation: undefined,
    isWatched: false,
    messages: undefined,
    held: new Map(),
    isStale: false,
  };
}

/** The seq up to which the window goes. */
export function tailOf({ messages }: Thread): number {
  return messages?.at(-1)?.seq ?? 0;
}

/** Whether a message that is stored will still come into the window, for somebody to see. */
export function isAwaited(thread: Thread | undefined, seq: number): boolean {
  return thread?.isWatched === true && (!thread.messages || seq > tailOf(thread));
}

/** What has to be read for the thread to be whole; undefined when it is. */
export function needOf(thread: Thread): Need | undefined {
  const { conversation, isWatched, messages, held, isStale } = thread;
  if (!conversation || isStale) return { kind: 'conversation' };
  if (isWatched && !messages) return { kind: 'newest' };
  const tail = tailOf(thread);
  if (messages && (conversation.last_seq > tail || held.size > 0)) return { kind: 'newer', after: tail };
  return (conversation.last_message?.seq ?? 0) < conversation.last_seq ? { kind: 'conversation' } : undefined;
}

/** Somebody looks, or nobody any more. */
export function withWatch(thread: Thread, isWatched: boolean): Thread {
  return settle({ ...thread, isWatched });
}

/** A conversation as REST or a `conversation` frame tells it; `isFresh` when it was asked for just now. */
export function withConversation(thread: Thread, told: Conversation, isFresh = false): Thread {
  const known = thread.conversation;
  const latest = known && versionOf(known) > versionOf(told) ? known : told;
  const last_message = later(known?.last_message ?? null, told.last_message);
  const isStale = thread.isStale && !isFresh;
  return settle({ ...thread, isStale, conversation: { ...told, ...numbersOf(latest), last_message } });
}

/** A state that a frame carried (PROTOCOL 7.3). @param userId whose side the thread is */
export function withState(thread: Thread, state: ConversationState, userId: string): Thread {
  const known = thread.conversation;
  if (!known) return thread;
  const mine = known.user1.id === userId ? 0 : 1;
  const told = {
    last_seq: state.last_seq,
    read_seq: state.read_seqs[mine],
    peer_read_seq: state.read_seqs[1 - mine] ?? 0,
    unread_count: state.unread_counts[mine],
  };
  if (versionOf(told) <= versionOf(known)) return thread;
  return settle({ ...thread, conversation: { ...known, ...told } });
}

/** Messages, live or of a page, in whatever order. @param isNewest a page that ends with the newest message */
export function withMessages(thread: Thread, came: readonly Message[], isNewest = false): Thread {
  const bySeq = [...came].sort((a, b) => a.seq - b.seq);
  const known = thread.conversation;
  const conversation = known && { ...known, last_message: later(known.last_message, bySeq.at(-1) ?? null) };
  if (isNewest && !thread.messages) return settle({ ...thread, conversation, messages: bySeq });
  const first = thread.messages?.[0]?.seq ?? 1;
  const older: Message[] = [];
  for (const message of [...bySeq].reverse()) {
    if (message.seq === first - older.length - 1) older.unshift(message);
  }
  const held = new Map(thread.held);
  const tail = tailOf(thread);
  for (const message of bySeq) if (message.seq > tail) held.set(message.seq, message);
  const messages = thread.messages && (older.length > 0 ? [...older, ...thread.messages] : thread.messages);
  return settle({ ...thread, conversation, messages, held });
}

/** Lets what is held follow the window as far as there is no hole, and keeps no more than somebody wants. */
function settle(thread: Thread): Thread {
  const { messages, isWatched } = thread;
  if (!messages && !isWatched) return thread.held.size > 0 ? { ...thread, held: new Map() } : thread;
  if (!messages) return thread;
  const held = new Map(thread.held);
  const follows: Message[] = [];
  let tail = tailOf(thread);
  for (const seq of held.keys()) if (seq <= tail) held.delete(seq);
  for (let next = held.get(tail + 1); next; next = held.get(tail + 1)) {
    held.delete(next.seq);
    follows.push(next);
    tail = next.seq;
  }
  const hasHole = held.size > 0 || (thread.conversation?.last_seq ?? 0) > tail;
  // Nobody looks: the hole would be filled for nothing.
  if (hasHole && !isWatched) return { ...thread, messages: undefined, held: new Map() };
  return { ...thread, held, messages: follows.length > 0 ? [...messages, ...follows] : messages };
}

type Numbers = Pick<Conversation, 'last_seq' | 'read_seq' | 'peer_read_seq' | 'unread_count'>;

/** Of two states the one with the greater sum is the later one (PROTOCOL 7.3). */
function versionOf({ last_seq, read_seq, peer_read_seq }: Numbers): number {
  return last_seq + read_seq + peer_read_seq;
}

function numbersOf({ last_seq, read_seq, peer_read_seq, unread_count }: Numbers): Numbers {
  return { last_seq, read_seq, peer_read_seq, unread_count };
}

function later(a: Message | null, b: Message | null): Message | null {
  return (a?.seq ?? 0) > (b?.seq ?? 0) ? a : b;
}
