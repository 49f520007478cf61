import type { ConversationList, LiveConversation, Message, Observable } from '@duet/sdk';
import { useDuet } from '@duet/sdk/react';
import { useEffect, useEffectEvent } from 'react';

/** A message of somebody else that came while this page was there. */
export interface Arrival {
  readonly conversation: LiveConversation;
  readonly message: Message;
}

/** Hears of messages that come in, in whatever conversation; of several at once in one conversation, of the last. */
export function useArrivals(onArrival: (arrival: Arrival) => void): void {
  const { live } = useDuet();
  const listener = useEffectEvent(onArrival);
  useEffect(() => watchArrivals(live.conversations, (arrival) => listener(arrival)), [live]);
}

/** Tells messages that are new from those that were there before: in the list at first, and on its further pages. */
export function watchArrivals(
  conversations: Observable<ConversationList>,
  onArrival: (arrival: Arrival) => void,
): () => void {
  const seen = new Map<string, number>();
  let newest: string | undefined;

  const look = () => {
    const { items, isSynced } = conversations.get();
    const isFirst = newest === undefined;
    if (isFirst && !isSynced) return;
    const before = newest ?? '';
    newest ??= '';
    for (const conversation of items) {
      const { id, last_message: message, last_seq, peer, unread_count } = conversation;
      const seenSeq = seen.get(id);
      seen.set(id, last_seq);
      if (!message) continue;
      if (message.timestamp > newest) newest = message.timestamp;
      const isNew = seenSeq === undefined ? message.timestamp > before : last_seq > seenSeq;
      if (!isFirst && isNew && message.sender.id === peer.id && unread_count > 0)
        onArrival({ conversation, message });
    }
  };
  look();
  return conversations.subscribe(look);
}
