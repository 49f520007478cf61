import type { Conversation } from '@duet/contract';
import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { conversations } from '../../db/schema.ts';
import type { ActorContext } from '../context.ts';
import { DomainError } from '../error.ts';
import { viewConversations } from './view.ts';

/** The last conversation of the page before: its activity, in milliseconds up to the year 9999, and its id. */
const position = z.tuple([z.int().min(0).max(253_402_300_799_999), z.guid()]);
type Position = z.infer<typeof position>;

/**
 * A page of the actor's conversations, latest activity first (PROTOCOL 3.2).
 * @returns `next`, the cursor of the page that follows, when there is one
 * @throws DomainError `invalid_request` for a cursor that is not ours
 */
export async function listConversations(
  ctx: ActorContext,
  input: { limit: number; cursor?: string | undefined },
): Promise<{ conversations: Conversation[]; next?: string }> {
  const after = input.cursor === undefined ? undefined : decodeCursor(input.cursor);
  const rows = await viewConversations(
    ctx,
    inArray(conversations.id, pageOfIds(ctx, after, input.limit + 1)),
  );
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return {
    conversations: page.map(({ view }) => view),
    ...(rows.length > page.length &&
      last && { next: encodeCursor([last.activityAt.getTime(), last.view.id]) }),
  };
}

/**
 * Either side has an index of its own in the order we want; the newest of both together are the newest of all. One `or` over the two
 * columns would read and sort everything instead.
 */
function pageOfIds(ctx: ActorContext, after: Position | undefined, limit: number) {
  const { activityAt, id } = conversations;
  const side = (userId: typeof conversations.user1Id | typeof conversations.user2Id) =>
    ctx.db
      .select({ activityAt, id })
      .from(conversations)
      .where(
        and(
          eq(userId, ctx.actor.id),
          after &&
            sql`(${activityAt}, ${id}) < (${new Date(after[0]).toISOString()}::timestamptz, ${after[1]}::uuid)`,
        ),
      )
      .orderBy(desc(activityAt), desc(id))
      .limit(limit);
  const both = unionAll(side(conversations.user1Id), side(conversations.user2Id)).as('both');
  return ctx.db.select({ id: both.id }).from(both).orderBy(desc(both.activityAt), desc(both.id)).limit(limit);
}

function encodeCursor(at: Position): string {
  return Buffer.from(JSON.stringify(at)).toString('base64url');
}

function decodeCursor(cursor: string): Position {
  try {
    return position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw DomainError.invalid('cursor', 'is not one that this server made');
  }
}
