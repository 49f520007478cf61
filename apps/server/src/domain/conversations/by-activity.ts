import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { conversations, hourOf } from '../../db/schema.ts';
import { DomainError } from '../error.ts';

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
  /** Not given for the first page. */
  readonly after?: { readonly activityAt: SQL; readonly id: SQL };
  readonly limit: SQL;
}

/**
 * A page of somebody's conversations, latest activity first, as a subquery.
 *
 * Either side has an index of its own, in the order of hours: only the conversations of the hours shown are read and sorted. The newest of
 * both sides together are the newest of all; one `or` over the two columns would read and sort everything instead.
 */
export function pageByActivity({ columns, actorId, after, limit }: ActivityPage): SQL {
  const c = conversations;
  const isAfter =
    after &&
    sql`and ${c.activityHour} <= ${hourOf(after.activityAt)} and (${c.activityAt}, ${c.id}) < (${after.activityAt}, ${after.id})`;
  // As many hours as hold a page.
  const side = (userId: typeof c.user1Id | typeof c.user2Id) => sql`(
    select ${columns} from ${c} where ${userId} = ${actorId} ${isAfter}
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
