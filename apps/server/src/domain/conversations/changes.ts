import { createHash } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import type { Database } from '../../db/client.ts';
import { conversations } from '../../db/schema.ts';
import type { ActorContext } from '../context.ts';

// What changed since? Every conversation's row names the transaction that changed it last. A position is the oldest transaction that was
// still open when we looked: whatever was finished by then we saw, and whatever we did not see has that number or a greater one. Clocks
// have no part in it, and nothing is written per reader.

/** The position of this very statement, and where the transactions that have not begun yet do. */
export const POSITION = sql<string>`pg_snapshot_xmin(pg_current_snapshot())::text`.as('position');
const HORIZON = sql`pg_snapshot_xmax(pg_current_snapshot())::text::bigint`;

const position = z.tuple([z.string(), z.string().regex(/^\d{1,19}$/)]);

/** Transactions are numbered by each database for itself: a position holds in its own only (PROTOCOL 7.4). */
export async function loadDatabaseId(db: Database): Promise<string> {
  const [row] = await db
    .select({
      cluster: sql<string>`(select system_identifier::text from pg_control_system())`,
      database: sql<string>`(select oid::text from pg_database where datname = current_database())`,
    })
    .from(sql`(values (1)) as one`);
  return createHash('sha256').update(`${row?.cluster} ${row?.database}`).digest('base64url').slice(0, 12);
}

/** The opaque cursor of a position. */
export function encodePosition({ databaseId }: ActorContext, at: string): string {
  return Buffer.from(JSON.stringify([databaseId, at])).toString('base64url');
}

/** The position in a cursor; undefined if it is not one of this database. */
export function decodePosition({ databaseId }: ActorContext, cursor: string): bigint | undefined {
  try {
    const [database, at] = position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return database === databaseId ? BigInt(at) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a position is one that this database can have had by now. */
export function isPast(since: bigint) {
  return sql<boolean>`${since.toString()}::bigint <= ${HORIZON}`.as('is_past');
}

/** The ids of the actor's conversations that changed since a position, as a subquery. */
export function changedSince(ctx: ActorContext, since: bigint, limit: number) {
  const { id, changedXid } = conversations;
  const side = (userId: typeof conversations.user1Id | typeof conversations.user2Id) =>
    ctx.db
      .select({ id })
      .from(conversations)
      .where(
        and(
          eq(userId, ctx.actor.id),
          sql`${changedXid} >= ${since.toString()}::bigint`,
          // A restored database may hold numbers of transactions that are still to come.
          sql`${changedXid} < ${HORIZON}`,
        ),
      )
      .limit(limit);
  return unionAll(side(conversations.user1Id), side(conversations.user2Id)).limit(limit);
}
