import type { ConversationState } from '@duet/contract';
import { eq, sql } from 'drizzle-orm';
import { conversations } from '../../db/schema.ts';
import type { ActorContext } from '../context.ts';
import { changedSince, decodePosition, encodePosition, isPast, POSITION } from './changes.ts';
import { stateOf } from './state.ts';

export interface Heads {
  readonly cursor: string;
  /** Null when there are too many to tell, or the cursor does not hold: a sync is needed. */
  readonly heads: readonly { conversation_id: string; state: ConversationState }[] | null;
}

const MAX_HEADS = 100;

/** How far the actor's conversations go that changed since `cursor` (PROTOCOL 7.7). */
export async function listHeads(ctx: ActorContext, input: { cursor: string }): Promise<Heads> {
  const since = decodePosition(ctx, input.cursor);
  if (since === undefined) return { cursor: input.cursor, heads: null };
  const changed = changedSince(ctx, since, MAX_HEADS + 1).as('changed');
  const rows = await ctx.db
    .select({ row: conversations, position: POSITION, isPast: isPast(since) })
    .from(sql`(values (1)) as one`)
    .leftJoin(changed, sql`true`)
    .leftJoin(conversations, eq(conversations.id, changed.id));
  const [first] = rows;
  if (!first?.isPast || rows.length > MAX_HEADS) return { cursor: input.cursor, heads: null };
  return {
    cursor: encodePosition(ctx, first.position),
    heads: rows.flatMap(({ row }) => (row ? { conversation_id: row.id, state: stateOf(row) } : [])),
  };
}
