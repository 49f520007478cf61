import type { Conversation, Message } from '../generated/types.ts';
import type { LiveConversation } from './api.ts';
import type { Signals } from './signals.ts';

const views = new WeakMap<Conversation, LiveConversation>();

/** A conversation as it is shown; the same object as long as nothing of it changed. */
export function liveConversation(
  conversation: Conversation,
  me: string | undefined,
  signals: Signals,
): LiveConversation {
  const peer = conversation.user1.id === me ? conversation.user2 : conversation.user1;
  const isTyping = signals.isTyping(conversation.id);
  const presence = signals.presence(peer.id);
  const before = views.get(conversation);
  if (before && before.isTyping === isTyping && before.presence === presence && before.peer === peer)
    return before;
  const last_message =
    conversation.last_message && withReadFlags([conversation.last_message], conversation, me)[0];
  const view = { ...conversation, last_message: last_message ?? null, peer, isTyping, presence };
  views.set(conversation, view);
  return view;
}

/** A message that is stored unread, read, or the other way about. */
const twins = new WeakMap<Message, Message>();

/** Messages with `read` as the markers of their conversation say now; the same objects where it was so before. */
export function withReadFlags(
  messages: readonly Message[],
  conversation: Conversation | undefined,
  me: string | undefined,
): readonly Message[] {
  if (!conversation) return messages;
  return messages.map((message) => {
    const recipientReadSeq = message.sender.id === me ? conversation.peer_read_seq : conversation.read_seq;
    const read = message.seq <= recipientReadSeq;
    if (message.read === read) return message;
    const twin = twins.get(message) ?? { ...message, read };
    twins.set(message, twin);
    return twin;
  });
}
