import { and, eq, inArray, or, sql } from 'drizzle-orm';
import { conversations, users } from '../../db/schema.ts';
import type { ActorContext } from '../context.ts';
import { isConversationId } from './id.ts';

/** The other side of a conversation. */
export interface Peer {
  readonly conversationId: string;
  readonly userId: string;
  readonly lastSeenAt: Date | null;
}

/** The other sides of those of the given conversations that the actor takes part in (PROTOCOL 7.5). */
export async function findPeers(ctx: ActorContext, conversationIds: readonly string[]): Promise<Peer[]> {
  const ids = conversationIds.filter(isConversationId);
  if (ids.length === 0) return [];
  const { id, user1Id, user2Id } = conversations;
  const me = ctx.actor.id;
  return ctx.db
    .select({ conversationId: id, userId: users.id, lastSeenAt: users.lastSeenAt })
    .from(conversations)
    .innerJoin(users, eq(users.id, sql`case ${user1Id} when ${me} then ${user2Id} else ${user1Id} end`))
    .where(and(inArray(id, ids), or(eq(user1Id, me), eq(user2Id, me))));
}
