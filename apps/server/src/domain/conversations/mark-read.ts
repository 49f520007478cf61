import type { ConversationState } from '@duet/contract';
import { and, count, eq, gt, lte, ne } from 'drizzle-orm';
import { CURRENT_XID, conversations, messages } from '../../db/schema.ts';
import type { ConversationRead } from '../../events/events.ts';
import type { ActorContext } from '../context.ts';
import { authorize } from './authorize.ts';
import { stateOf } from './state.ts';

/**
 * Marks everything up to `seq` as read by the actor; never backwards, never beyond the last message (PROTOCOL 3.7).
 * @returns where the marker is now, and whether this moved it
 * @throws DomainError `not_found`, `not_participant`
 */
export async function markRead(
  ctx: ActorContext,
  input: { conversation_id: string; seq: number },
): Promise<{ seq: number; state: ConversationState; moved: boolean }> {
  const { users, moved, ...marked } = await ctx.db.transaction(async (tx) => {
    // The row is locked before the messages are counted, so that no send comes between the count and the marker.
    const row = await authorize(ctx, input.conversation_id, tx);
    const users: ConversationRead['users'] = [row.user1Id, row.user2Id];
    const isUser1 = ctx.actor.id === row.user1Id;
    const [before, unread] = isUser1
      ? [row.user1ReadSeq, row.user1Unread]
      : [row.user2ReadSeq, row.user2Unread];
    const seq = Math.min(input.seq, row.lastSeq);
    if (seq <= before) return { users, seq: before, state: stateOf(row), moved: false };
    // Only what the marker passes is counted: a message once in its life, however small the steps.
    const [passed] = await tx
      .select({ messages: count() })
      .from(messages)
      .where(
        and(
          eq(messages.conversationId, row.id),
          gt(messages.seq, before),
          lte(messages.seq, seq),
          ne(messages.senderId, ctx.actor.id),
        ),
      );
    const left = unread - (passed?.messages ?? 0);
    const marks = isUser1
      ? { user1ReadSeq: seq, user1Unread: left }
      : { user2ReadSeq: seq, user2Unread: left };
    await tx
      .update(conversations)
      .set({ ...marks, changedXid: CURRENT_XID })
      .where(eq(conversations.id, row.id));
    return { users, seq, state: stateOf({ ...row, ...marks }), moved: true };
  });
  if (moved) {
    const conversationId = input.conversation_id.toLowerCase();
    ctx.events.publish([{ type: 'read', conversationId, userId: ctx.actor.id, users, ...marked }]);
  }
  return { ...marked, moved };
}
