import type { Conversation } from '@duet/contract';
import { and, count, eq, gt, ne } from 'drizzle-orm';
import { conversations, messages } from '../../db/schema.ts';
import type { ActorContext } from '../context.ts';
import { authorize } from './authorize.ts';
import { getConversation } from './get.ts';

/**
 * Marks everything up to `seq` as read by the actor; never backwards, never beyond the last message (PROTOCOL 3.7).
 * @throws DomainError `not_found`, `not_participant`
 */
export async function markRead(
  ctx: ActorContext,
  input: { conversation_id: string; seq: number },
): Promise<Conversation> {
  const { id } = await authorize(ctx, input.conversation_id);
  // The row is locked before the messages are counted, so that no send comes between the count and the marker.
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx.select().from(conversations).where(eq(conversations.id, id)).for('update');
    if (!row) return;
    const isUser1 = ctx.actor.id === row.user1Id;
    const marker = Math.min(input.seq, row.lastSeq);
    if (marker <= (isUser1 ? row.user1ReadSeq : row.user2ReadSeq)) return;
    const [rest] = await tx
      .select({ unread: count() })
      .from(messages)
      .where(
        and(eq(messages.conversationId, id), gt(messages.seq, marker), ne(messages.senderId, ctx.actor.id)),
      );
    const unread = rest?.unread ?? 0;
    await tx
      .update(conversations)
      .set(
        isUser1
          ? { user1ReadSeq: marker, user1Unread: unread }
          : { user2ReadSeq: marker, user2Unread: unread },
      )
      .where(eq(conversations.id, id));
  });
  return getConversation(ctx, { conversation_id: id });
}
