import { eq, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { conversations } from '../../db/schema.ts';
import type { ActorContext } from '../context.ts';
import { DomainError } from '../error.ts';
import { perDatabase } from '../per-database.ts';
import { isConversationId } from './id.ts';

export type ConversationRow = typeof conversations.$inferSelect;

/**
 * The conversation's row, if the actor takes part in it: the gate before everything in a conversation.
 * @throws DomainError `not_found` (also for a malformed id), `not_participant`
 */
export async function authorize(ctx: ActorContext, conversationId: string): Promise<ConversationRow> {
  const [row] = isConversationId(conversationId)
    ? await statement(ctx.db).execute({ id: conversationId })
    : [];
  if (!row) throw noSuchConversation();
  ctx.participants.set(row.id, [row.user1Id, row.user2Id]);
  if (row.user1Id !== ctx.actor.id && row.user2Id !== ctx.actor.id) throw new DomainError('not_participant');
  return row;
}

const statement = perDatabase((db: Database) =>
  db
    .select()
    .from(conversations)
    .where(eq(conversations.id, sql.placeholder('id')))
    .prepare('authorize'),
);

export function noSuchConversation(): DomainError {
  return new DomainError('not_found', 'no such conversation');
}
