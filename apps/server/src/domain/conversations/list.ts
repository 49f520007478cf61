import type { Conversation } from '@duet/contract';
import { inArray } from 'drizzle-orm';
import { conversations } from '../../db/schema.ts';
import type { ActorContext } from '../context.ts';
import { encodeCursor, pageByActivity } from './by-activity.ts';
import { viewConversations } from './view.ts';

/**
 * A page of the actor's conversations, latest activity first (PROTOCOL 3.2).
 * @returns `next`, the cursor of the page that follows, when there is one
 * @throws DomainError `invalid_request` for a cursor that is not ours
 */
export async function listConversations(
  ctx: ActorContext,
  input: { limit: number; cursor?: string | undefined },
): Promise<{ conversations: Conversation[]; next?: string }> {
  const page = pageByActivity(ctx, input.cursor, input.limit + 1).as('page');
  const ids = ctx.db.select({ id: page.id }).from(page);
  const rows = await viewConversations(ctx, inArray(conversations.id, ids));
  const shown = rows.slice(0, input.limit);
  const last = shown.at(-1);
  return {
    conversations: shown.map(({ view }) => view),
    ...(rows.length > shown.length &&
      last && { next: encodeCursor({ activityAt: last.activityAt, id: last.view.id }) }),
  };
}
