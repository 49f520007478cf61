import type { LiveConversation, ThreadHandle, ThreadSnapshot } from './api.ts';
import type { Computed, Observable } from './observable.ts';
import type { OutgoingMessage } from './outbox.ts';

/** What the handles of conversations have in common: see `live.ts`. */
export interface ThreadActions {
  send(id: string, content: string): OutgoingMessage;
  retry(messageId: string): void;
  discard(messageId: string): void;
  markRead(id: string, seq: number | undefined): void;
  setTyping(id: string, isTyping: boolean): void;
  loadOlder(id: string): Promise<void>;
}

/** A handle, with its observable. */
export function threadHandle(
  id: string,
  { get, subscribe }: Observable<ThreadSnapshot>,
  conversation: Observable<LiveConversation | undefined>,
  actions: ThreadActions,
): ThreadHandle {
  return {
    id,
    get,
    subscribe,
    conversation,
    send: (content) => actions.send(id, content),
    retry: (messageId) => actions.retry(messageId),
    discard: (messageId) => actions.discard(messageId),
    markRead: (seq) => actions.markRead(id, seq),
    setTyping: (isTyping) => actions.setTyping(id, isTyping),
    loadOlder: () => actions.loadOlder(id),
  };
}

/** A handle, and what it is made of. */
export interface ThreadParts {
  readonly handle: ThreadHandle;
  readonly snapshot: Computed<ThreadSnapshot>;
  readonly conversation: Computed<LiveConversation | undefined>;
}
