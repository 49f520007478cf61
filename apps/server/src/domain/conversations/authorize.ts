import { eq } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { conversations } from '../../db/schema.ts';
import type { ActorContext } from '../context.ts';
import { DomainError } from '../error.ts';
import { isConversationId } from './id.ts';

export type ConversationRow = typeof conversations.$inferSelect;

/**
 * The conversation's row, if the actor takes part in it: the gate before everything in a conversation.
 * @param tx given, the row is locked until the end of this transaction
 * @throws DomainError `not_found` (also for a malformed id), `not_participant`
 */
export async function authorize(
  ctx: ActorContext,
  conversationId: string,
  tx?: Database,
): Promise<ConversationRow> {
  if (!isConversationId(conversationId)) throw noSuchConversation();
  const query = (tx ?? ctx.db).select().from(conversations).where(eq(conversations.id, conversationId));
  const [row] = await (tx ? query.for('update') : query);
  if (!row) throw noSuchConversation();
  if (row.user1Id !== ctx.actor.id && row.user2Id !== ctx.actor.id) throw new DomainError('not_participant');
  return row;
}

export function noSuchConversation(): DomainError {
  return new DomainError('not_found', 'no such conversation');
}
