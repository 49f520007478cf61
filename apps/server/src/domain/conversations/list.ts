import type { Conversation } from '@duet/contract';
import { sql } from 'drizzle-orm';
import type { ActorContext } from '../context.ts';
import { perDatabase } from '../per-database.ts';
import { decodeCursor, encodeCursor, pageByActivity } from './by-activity.ts';
import { namesBeside, prepareRead, viewAs } from './view.ts';

/**
 * A page of the actor's conversations, latest activity first (PROTOCOL 3.2).
 * @returns `next`, the cursor of the page that follows, when there is one
 * @throws DomainError `invalid_request` for a cursor that is not ours
 */
export async function listConversations(
  { db, actor }: ActorContext,
  input: { limit: number; cursor?: string | undefined },
): Promise<{ conversations: Conversation[]; next?: string }> {
  const after = input.cursor === undefined ? undefined : decodeCursor(input.cursor);
  const rows = await readPage(db)({
    actorId: actor.id,
    actorName: actor.username,
    afterActivityAt: after?.activityAt ?? null,
    afterId: after?.id ?? null,
    limit: input.limit + 1,
  });
  const shown = rows.slice(0, input.limit);
  const last = shown.at(-1);
  return {
    conversations: shown.map((read) => viewAs(actor.id, read)),
    ...(rows.length > shown.length && last && { next: encodeCursor(last) }),
  };
}

const readPage = perDatabase((db) => {
  const [actorId, actorName, afterActivityAt, afterId, limit] = [
    sql`${sql.placeholder('actorId')}`,
    sql`${sql.placeholder('actorName')}`,
    sql`${sql.placeholder('afterActivityAt')}`,
    sql`${sql.placeholder('afterId')}`,
    sql`${sql.placeholder('limit')}`,
  ];
  const page = pageByActivity({ actorId, afterActivityAt, afterId, limit });
  return prepareRead(db, page, 'list_conversations', namesBeside(actorId, actorName));
});
