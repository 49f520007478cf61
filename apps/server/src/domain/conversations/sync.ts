import { type Conversation, SYNC_MAX_CONVERSATIONS } from '@duet/contract';
import { sql } from 'drizzle-orm';
import type { ActorContext } from '../context.ts';
import { encodeCursor, pageByActivity } from './by-activity.ts';
import { changedSince, decodePosition, encodePosition, isPast, POSITION, type Position } from './changes.ts';
import { readConversations, viewAs } from './view.ts';

/** The end of a sync: see PROTOCOL 7.4. */
export interface Synced {
  readonly cursor: string;
  readonly reset: boolean;
  readonly next: string | null;
}

interface Plan extends Synced {
  readonly ids: readonly string[];
}

const CHUNK = 100;

/**
 * Yields the actor's conversations that changed since `cursor`, or a fresh snapshot, some at a time (PROTOCOL 7.4). The position is read
 * before the data, so that the next sync begins where this one may have missed something.
 */
export async function* syncConversations(
  ctx: ActorContext,
  input: { cursor?: string | undefined; limit: number },
): AsyncGenerator<Conversation[], Synced> {
  const since = input.cursor === undefined ? undefined : decodePosition(ctx, input.cursor);
  const changes = since === undefined ? undefined : await planChanges(ctx, since);
  ctx.meter.synced(changes ? 'changes' : input.cursor === undefined ? 'fresh' : 'reset');
  const { ids, ...synced } = changes ?? (await planSnapshot(ctx, input.limit));
  for (let start = 0; start < ids.length; start += CHUNK) {
    const found = await readConversations(ctx.db)(ids.slice(start, start + CHUNK));
    yield found.map((read) => viewAs(ctx.actor.id, read));
  }
  return synced;
}

/** @returns undefined when the changes cannot be told: too many, or the position is not of this database */
async function planChanges(ctx: ActorContext, since: Position): Promise<Plan | undefined> {
  const changed = changedSince(ctx, since, SYNC_MAX_CONVERSATIONS + 1).as('changed');
  const rows = await ctx.db
    .select({ id: changed.id, position: POSITION, isPast: isPast(since) })
    .from(sql`(values (1)) as one`)
    .leftJoin(changed, sql`true`);
  const [first] = rows;
  if (!first?.isPast || rows.length > SYNC_MAX_CONVERSATIONS) return undefined;
  const ids = rows.flatMap(({ id }) => id ?? []);
  return { cursor: encodePosition(ctx, first.position), reset: false, next: null, ids };
}

async function planSnapshot(ctx: ActorContext, limit: number): Promise<Plan> {
  const page = pageByActivity({
    columns: sql`id, activity_at`,
    actorId: sql`${ctx.actor.id}::text`,
    limit: sql`${limit + 1}::int`,
  });
  const rows = await ctx.db
    .select({
      id: sql<string | null>`page.id`,
      activityAt: sql<number>`round(date_part('epoch', page.activity_at) * 1000)`,
      position: POSITION,
    })
    .from(sql`(values (1)) as one`)
    .leftJoin(sql`${page} as page`, sql`true`)
    .orderBy(sql`page.activity_at desc nulls last`, sql`page.id desc`);
  const shown = rows.slice(0, limit).flatMap(({ id, activityAt }) => (id ? { id, activityAt } : []));
  const last = shown.at(-1);
  return {
    cursor: encodePosition(ctx, rows[0]?.position ?? ''),
    reset: true,
    next: rows.length > limit && last ? encodeCursor(last) : null,
    ids: shown.map(({ id }) => id),
  };
}
