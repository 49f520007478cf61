import type { Conversation } from '@duet/contract';
import { sql } from 'drizzle-orm';
import { arrayOf } from '../../db/array-of.ts';
import { GroupRead } from '../../db/group-read.ts';
import type { Packed } from '../../db/pack.ts';
import type { ActorContext } from '../context.ts';
import { perDatabase } from '../per-database.ts';
import { type After, afterOf, decodeCursor, encodeCursor, pageByActivity } from './by-activity.ts';
import { CONVERSATION_COLUMNS, PACKED, packConversations, unpackConversations, viewAs } from './view.ts';

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
  const row = await pages(db).load({ actorId: actor.id, after: afterOf(after), limit: input.limit + 1 });
  const rows = await unpackConversations(db, row);
  const shown = rows.slice(0, input.limit);
  const last = shown.at(-1);
  return {
    conversations: shown.map((read) => viewAs(actor.id, read)),
    ...(rows.length > shown.length && last && { next: encodeCursor(last) }),
  };
}

interface Page {
  readonly actorId: string;
  readonly after: After;
  readonly limit: number;
}

/** A list may have a thousand conversations, so few share a statement; and the database takes longer for one than this process. */
const LIMITS = { statements: 4, reads: 4 };

const pages = perDatabase((db) => {
  const p = sql.placeholder;
  const wanted = sql`unnest(${p('actorIds')}::text[], ${p('activities')}::timestamptz[], ${p('ids')}::uuid[], ${p('limits')}::int[])
    with ordinality as wanted (actor_id, activity_at, id, most, place)`;
  const page = pageByActivity({
    columns: CONVERSATION_COLUMNS,
    actorId: sql`wanted.actor_id`,
    afterActivityAt: sql`wanted.activity_at`,
    afterId: sql`wanted.id`,
    limit: sql`wanted.most`,
  });
  const statement = db
    .select(PACKED)
    .from(wanted)
    .innerJoinLateral(sql`${packConversations(page)} as packed`, sql`true`)
    .orderBy(sql`wanted.place`)
    .prepare('list_conversations');
  return new GroupRead(
    (pages: readonly Page[]): Promise<Packed[]> =>
      statement.execute({
        actorIds: arrayOf(pages.map(({ actorId }) => actorId)),
        activities: `{${pages.map(({ after }) => after.activityAt)}}`,
        ids: `{${pages.map(({ after }) => after.id)}}`,
        limits: `{${pages.map(({ limit }) => limit)}}`,
      }),
    LIMITS,
  );
});
