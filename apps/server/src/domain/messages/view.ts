import type { ConversationState, Message, User } from '@duet/contract';
import type { messages } from '../../db/schema.ts';

/** How far each side of a conversation has read. */
interface ReadMarkers {
  readonly user1Id: string;
  readonly user1ReadSeq: number;
  readonly user2ReadSeq: number;
}

/** Whether the recipient has read the message with this seq. */
export function isRead(
  seq: number,
  isByUser1: boolean,
  { read_seqs }: Pick<ConversationState, 'read_seqs'>,
): boolean {
  return seq <= read_seqs[isByUser1 ? 1 : 0];
}

/** A stored message as the wire shows it (PROTOCOL 2). */
export function toMessage(row: typeof messages.$inferSelect, sender: User, markers: ReadMarkers): Message {
  const recipientReadSeq = row.senderId === markers.user1Id ? markers.user2ReadSeq : markers.user1ReadSeq;
  return {
    message_id: row.messageId,
    conversation_id: row.conversationId,
    seq: row.seq,
    sender: { id: sender.id, username: sender.username },
    content: row.content,
    timestamp: row.timestamp.toISOString(),
    read: row.seq <= recipientReadSeq,
  };
}
