import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { conversations, hourOf } from '../../db/schema.ts';
import { DomainError } from '../error.ts';
import { toTimestamp } from '../timestamp.ts';

/** Where a page of conversations ends: the last one's activity, in milliseconds up to the year 9999, and its id. */
export interface ActivityPosition {
  readonly activityAt: number;
  readonly id: string;
}

const position = z.tuple([z.int().min(0).max(253_402_300_799_999), z.guid()]);

/** What a page is of; each a value of a statement, or where one will be. */
export interface ActivityPage {
  /** Of the conversations, `id` and `activity_at` among them. */
  readonly columns: SQL;
  readonly actorId: SQL;
  /** A timestamp with its time zone. */
  readonly afterActivityAt: SQL;
  readonly afterId: SQL;
  readonly limit: SQL;
}

/** A position as PostgreSQL reads it. */
export interface After {
  readonly activityAt: string;
  readonly id: string;
}

/** Where a page begins: after this position, or at the latest activity. */
export function afterOf(position?: ActivityPosition): After {
  if (!position) return { activityAt: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };
  return { activityAt: toTimestamp(position.activityAt), id: position.id };
}

/**
 * A page of somebody's conversations, latest activity first, as a subquery.
 *
 * Either side has an index of its own, in the order of hours: only the conversations of the hours shown are read and sorted. The newest of
 * both sides together are the newest of all; one `or` over the two columns would read and sort everything instead.
 */
export function pageByActivity({ columns, actorId, afterActivityAt, afterId, limit }: ActivityPage): SQL {
  const c = conversations;
  // From the hour of the cursor on, as many hours as hold a page.
  const side = (userId: typeof c.user1Id | typeof c.user2Id) => sql`(
    select ${columns} from ${c}
    where ${userId} = ${actorId} and ${c.activityHour} <= ${hourOf(afterActivityAt)}
      and (${c.activityAt}, ${c.id}) < (${afterActivityAt}, ${afterId})
    order by ${c.activityHour} desc fetch first (${limit}) rows with ties)`;
  return sql`(
    select * from (${side(c.user1Id)} union all ${side(c.user2Id)}) as both_sides
    order by activity_at desc, id desc limit ${limit})`;
}

/** The cursor of what follows a conversation. */
export function encodeCursor({ activityAt, id }: ActivityPosition): string {
  return Buffer.from(JSON.stringify([activityAt, id])).toString('base64url');
}

/** @throws DomainError `invalid_request` for a cursor that is not ours */
export function decodeCursor(cursor: string): ActivityPosition {
  try {
    const [activityAt, id] = position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { activityAt, id };
  } catch {
    throw DomainError.invalid('cursor', 'is not one that this server made');
  }
}
