import type { Conversation } from '@duet/contract';
import { eq, sql } from 'drizzle-orm';
import { conversations, hourOf, users } from '../../db/schema.ts';
import type { ActorContext } from '../context.ts';
import { DomainError } from '../error.ts';
import { getConversation } from './get.ts';
import { conversationIdOf } from './id.ts';
import { conversationReads, viewAs } from './view.ts';

/**
 * Gets or creates the actor's conversation with somebody; of all calls that race, exactly one creates it (PROTOCOL 3.3).
 * @throws DomainError `invalid_request` for oneself, `not_found` for an unknown user
 */
export async function openConversation(
  ctx: ActorContext,
  input: { target_user_id: string },
): Promise<{ conversation: Conversation; created: boolean }> {
  const { actor, db } = ctx;
  const targetId = input.target_user_id;
  if (targetId === actor.id) throw DomainError.invalid('target_user_id', 'must not be yourself');
  const id = conversationIdOf(ctx.conversationKey, actor.id, targetId);
  // Mostly it is there already, and this is all.
  const known = await conversationReads(db).load(id);
  if (known) return { conversation: viewAs(actor.id, known), created: false };

  const [target] = await db.select({ id: users.id }).from(users).where(eq(users.id, targetId));
  if (!target) throw new DomainError('not_found', 'no such user');
  const now = ctx.now();
  const inserted = await db
    .insert(conversations)
    .values({
      id,
      user1Id: actor.id,
      user2Id: targetId,
      createdAt: now,
      activityAt: now,
      activityHour: hourOf(sql`${now.toISOString()}::timestamptz`),
    })
    .onConflictDoNothing()
    .returning({ id: conversations.id });
  const created = inserted.length > 0;
  const conversation = await getConversation(ctx, { conversation_id: id });
  // As it was made: what was read after may be more than that, and is only the actor's side.
  const empty = { last_message: null, last_seq: 0, unread_count: 0, read_seq: 0, peer_read_seq: 0 };
  if (created) ctx.events.publish([{ type: 'conversation', conversation: { ...conversation, ...empty } }]);
  return { conversation, created };
}
