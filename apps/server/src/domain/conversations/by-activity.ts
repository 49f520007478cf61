import { and, desc, eq, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { conversations } from '../../db/schema.ts';
import type { ActorContext } from '../context.ts';
import { DomainError } from '../error.ts';

/** Where a page of conversations ends: the last one's activity, in milliseconds up to the year 9999, and its id. */
const position = z.tuple([z.int().min(0).max(253_402_300_799_999), z.guid()]);
type Position = z.infer<typeof position>;

/**
 * The ids and activities of a page of the actor's conversations, latest activity first, as a subquery.
 *
 * Either side has an index of its own, in the order of hours: only the conversations of the hours shown are read and sorted. The newest of
 * both sides together are the newest of all; one `or` over the two columns would read and sort everything instead.
 * @param cursor of the conversation that the page follows
 * @throws DomainError `invalid_request` for a cursor that is not ours
 */
export function pageByActivity(ctx: ActorContext, cursor: string | undefined, limit: number) {
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  const { activityAt, activityHour, id } = conversations;
  const last = after && { at: sql`${new Date(after[0]).toISOString()}::timestamptz`, id: after[1] };
  const side = (userId: typeof conversations.user1Id | typeof conversations.user2Id) =>
    ctx.db
      .select({ activityAt, id })
      .from(conversations)
      .where(
        and(
          eq(userId, ctx.actor.id),
          last && sql`${activityHour} <= date_trunc('hour', ${last.at} at time zone 'UTC')`,
          last && sql`(${activityAt}, ${id}) < (${last.at}, ${last.id}::uuid)`,
        ),
      )
      .orderBy(desc(activityHour), desc(activityAt), desc(id))
      .limit(limit);
  const both = unionAll(side(conversations.user1Id), side(conversations.user2Id)).as('both');
  return ctx.db
    .select({ id: both.id, activityAt: both.activityAt })
    .from(both)
    .orderBy(desc(both.activityAt), desc(both.id))
    .limit(limit);
}

/** The cursor of what follows a conversation. */
export function encodeCursor({ activityAt, id }: { activityAt: Date; id: string }): string {
  const at: Position = [activityAt.getTime(), id];
  return Buffer.from(JSON.stringify(at)).toString('base64url');
}

function decodeCursor(cursor: string): Position {
  try {
    return position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw DomainError.invalid('cursor', 'is not one that this server made');
  }
}
