import type { ConversationState } from '@duet/contract';

/** Whether the recipient has read the message with this seq. */
export function isRead(
  seq: number,
  isByUser1: boolean,
  { read_seqs }: Pick<ConversationState, 'read_seqs'>,
): boolean {
  return seq <= read_seqs[isByUser1 ? 1 : 0];
}
