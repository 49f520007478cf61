import type { ConversationState } from '@duet/contract';
import { and, eq, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import { arrayOf } from '../../db/array-of.ts';
import { conversations } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { decodePosition, isChangedSince } from './changes.ts';
import { stateOf } from './state.ts';

/** Somebody's conversation that changed, and how it is now. */
export interface Change {
  readonly userId: string;
  readonly conversationId: string;
  readonly state: ConversationState;
}

const CHUNK = 1000;

/** Which conversations of these people changed since a cursor, for a thousand people at a time. */
export async function* findChanges(
  ctx: Context,
  userIds: readonly string[],
  cursor: string,
): AsyncGenerator<Change[]> {
  const since = decodePosition(ctx, cursor);
  if (since === undefined) return;
  const { id, user1Id, user2Id } = conversations;
  const side = (userId: typeof user1Id | typeof user2Id) =>
    ctx.db
      .select({ id })
      .from(conversations)
      .where(and(sql`${userId} = person.user_id`, isChangedSince(since)));
  for (let start = 0; start < userIds.length; start += CHUNK) {
    const people = sql.param(arrayOf(userIds.slice(start, start + CHUNK)));
    const changed = unionAll(side(user1Id), side(user2Id)).as('changed');
    const rows = await ctx.db
      .select({ userId: sql<string>`person.user_id`, row: conversations })
      .from(sql`unnest(${people}::text[]) as person (user_id)`)
      .innerJoinLateral(changed, sql`true`)
      .innerJoin(conversations, eq(id, changed.id));
    yield rows.map(({ userId, row }) => ({ userId, conversationId: row.id, state: stateOf(row) }));
  }
}
