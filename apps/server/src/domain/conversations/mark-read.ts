import type { Conversation } from '@duet/contract';
import { and, count, eq, gt, lte, ne } from 'drizzle-orm';
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
  await ctx.db.transaction(async (tx) => {
    // The row is locked before the messages are counted, so that no send comes between the count and the marker.
    const row = await authorize(ctx, input.conversation_id, tx);
    const isUser1 = ctx.actor.id === row.user1Id;
    const [before, unread] = isUser1
      ? [row.user1ReadSeq, row.user1Unread]
      : [row.user2ReadSeq, row.user2Unread];
    const marker = Math.min(input.seq, row.lastSeq);
    if (marker <= before) return;
    // Only what the marker passes is counted: a message once in its life, however small the steps.
    const [passed] = await tx
      .select({ messages: count() })
      .from(messages)
      .where(
        and(
          eq(messages.conversationId, row.id),
          gt(messages.seq, before),
          lte(messages.seq, marker),
          ne(messages.senderId, ctx.actor.id),
        ),
      );
    const left = unread - (passed?.messages ?? 0);
    await tx
      .update(conversations)
      .set(
        isUser1 ? { user1ReadSeq: marker, user1Unread: left } : { user2ReadSeq: marker, user2Unread: left },
      )
      .where(eq(conversations.id, row.id));
  });
  return getConversation(ctx, input);
}
