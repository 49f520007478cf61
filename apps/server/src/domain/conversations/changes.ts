import { createHmac, type KeyObject } from 'node:crypto';
import { and, eq, inArray, or, type SQL, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import type { Database } from '../../db/client.ts';
import { conversations, ERA_BITS } from '../../db/schema.ts';
import type { ActorContext, Context } from '../context.ts';

// What changed since? Every conversation's row names the transaction that changed it last. A position is PostgreSQL's own snapshot of
// when we looked: which transactions were still open, and where those that had not begun do. What these changed we cannot have seen;
// everything else we did. Clocks have no part in it, and nothing is written per reader.

/** A snapshot of PostgreSQL's: what was not finished when it was taken (PostgreSQL documentation, 9.27.7). */
export interface Position {
  /** The oldest transaction that was open. */
  readonly xmin: bigint;
  /** The first that had not begun. */
  readonly xmax: bigint;
  /** Those between the two that were open. */
  readonly open: readonly bigint[];
}

/** The position of the very statement that selects it. */
export const POSITION = sql<string>`pg_current_snapshot()::text`.as('position');
const HORIZON = sql`pg_snapshot_xmax(pg_current_snapshot())::text::bigint`;

const encoded = z.tuple([z.string(), z.string().regex(/^\d{1,18}:\d{1,18}:(\d{1,18}(,\d{1,18})*)?$/)]);
/** With more open transactions than fit, all after the oldest count as open: then more is named, and nothing missed. */
const MAX_LENGTH = 150;

/**
 * Transactions are numbered by each database for itself: a position holds in its own only (PROTOCOL 7.4).
 * @param key the key of its conversation ids: copies of one empty database differ in nothing else
 */
export async function loadDatabaseId(db: Database, key: KeyObject): Promise<string> {
  const [row] = await db
    .select({
      cluster: sql<string>`(select system_identifier::text from pg_control_system())`,
      database: sql<string>`(select oid::text from pg_database where datname = current_database())`,
    })
    .from(sql`(values (1)) as one`);
  const id = createHmac('sha256', key).update(`database ${row?.cluster} ${row?.database}`);
  return id.digest('base64url').slice(0, 12);
}

/** The opaque cursor of a position, as PostgreSQL writes it. */
export function encodePosition({ databaseId }: Context, snapshot: string): string {
  const [xmin] = snapshot.split(':', 1);
  const short = snapshot.length > MAX_LENGTH ? `${xmin}:${xmin}:` : snapshot;
  return Buffer.from(JSON.stringify([databaseId, short])).toString('base64url');
}

/** The position in a cursor; undefined if it is not one of this database. */
export function decodePosition({ databaseId }: Context, cursor: string): Position | undefined {
  try {
    const [database, snapshot] = encoded.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    const [xmin = '', xmax = '', open = ''] = snapshot.split(':');
    if (database !== databaseId) return undefined;
    const between = open.split(',').filter(Boolean).map(BigInt);
    return { xmin: BigInt(xmin), xmax: BigInt(xmax), open: between };
  } catch {
    return undefined;
  }
}

/** The cursor of now: whatever is read after this, what it does not show yet will have changed since. */
export async function takePosition(ctx: Context): Promise<string> {
  const [row] = await ctx.db.select({ position: POSITION }).from(sql`(values (1)) as one`);
  return encodePosition(ctx, row?.position ?? '');
}

/** Whether a position is one that this database can have had by now. */
export function isPast({ xmax }: Position) {
  return sql<boolean>`${xmax.toString()}::bigint <= ${HORIZON}`.as('is_past');
}

/** Where a conversation changed since a position. */
export function isChangedSince(since: Position): SQL | undefined {
  const { changedXid, changedEra } = conversations;
  return and(
    sql`${changedEra} >= ${(since.xmin >> BigInt(ERA_BITS)).toString()}::bigint`, // what the indexes know
    sql`${changedXid} >= ${since.xmin.toString()}::bigint`,
    or(sql`${changedXid} >= ${since.xmax.toString()}::bigint`, inArray(changedXid, [...since.open])),
    // A restored database may hold numbers of transactions that are still to come.
    sql`${changedXid} < ${HORIZON}`,
  );
}

/** The ids of the actor's conversations that changed since a position, as a subquery. */
export function changedSince(ctx: ActorContext, since: Position, limit: number) {
  const { id } = conversations;
  const side = (userId: typeof conversations.user1Id | typeof conversations.user2Id) =>
    ctx.db
      .select({ id })
      .from(conversations)
      .where(and(eq(userId, ctx.actor.id), isChangedSince(since)))
      .limit(limit);
  return unionAll(side(conversations.user1Id), side(conversations.user2Id)).limit(limit);
}
