import type { ConversationState } from '@duet/contract';
import type { ConversationRow } from './authorize.ts';

/** The numbers of a conversation's row that only change together (PROTOCOL 7.3). */
export function stateOf(
  row: Pick<ConversationRow, 'lastSeq' | 'user1ReadSeq' | 'user2ReadSeq' | 'user1Unread' | 'user2Unread'>,
): ConversationState {
  return {
    last_seq: row.lastSeq,
    read_seqs: [row.user1ReadSeq, row.user2ReadSeq],
    unread_counts: [row.user1Unread, row.user2Unread],
  };
}
