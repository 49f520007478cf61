import type { Conversation } from '@duet/contract';
import { type SQL, sql } from 'drizzle-orm';
import { arrayOf } from '../../db/array-of.ts';
import type { Database } from '../../db/client.ts';
import { GroupRead } from '../../db/group-read.ts';
import type { ActorContext } from '../context.ts';
import { perDatabase } from '../per-database.ts';
import { toTimestamp } from '../timestamp.ts';
import {
  type ActivityPage,
  type ActivityPosition,
  decodeCursor,
  encodeCursor,
  pageByActivity,
} from './by-activity.ts';
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
  const page = { actorId: actor.id, limit: input.limit + 1 };
  const row = await (after ? laterPages(db).load({ ...page, after }) : firstPages(db).load(page));
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
  readonly limit: number;
}

interface LaterPage extends Page {
  readonly after: ActivityPosition;
}

/** A list may have a thousand conversations, so few share a statement; and the database takes longer for one than this process. */
const LIMITS = { statements: 3, reads: 4 };

const p = sql.placeholder;

const firstPages = perDatabase((db) => {
  const wanted = sql`unnest(${p('actorIds')}::text[], ${p('limits')}::int[]) with ordinality as wanted (actor_id, most, place)`;
  const statement = preparePages(db, 'list_first', wanted);
  return new GroupRead((pages: readonly Page[]) => statement.execute(pagesAsArrays(pages)), LIMITS);
});

/** Apart from the first ones, which are by far the most and need not be compared with a cursor, row by row. */
const laterPages = perDatabase((db) => {
  const wanted = sql`unnest(${p('actorIds')}::text[], ${p('limits')}::int[], ${p('activities')}::timestamptz[], ${p('ids')}::uuid[])
    with ordinality as wanted (actor_id, most, activity_at, id, place)`;
  const after = { activityAt: sql`wanted.activity_at`, id: sql`wanted.id` };
  const statement = preparePages(db, 'list_later', wanted, after);
  return new GroupRead(
    (pages: readonly LaterPage[]) =>
      statement.execute({
        ...pagesAsArrays(pages),
        activities: `{${pages.map(({ after }) => toTimestamp(after.activityAt))}}`,
        ids: `{${pages.map(({ after }) => after.id)}}`,
      }),
    LIMITS,
  );
});

/** A page for each row of `wanted`, in the order of their places. */
function preparePages(db: Database, name: string, wanted: SQL, after?: ActivityPage['after']) {
  const page = pageByActivity({
    columns: CONVERSATION_COLUMNS,
    actorId: sql`wanted.actor_id`,
    limit: sql`wanted.most`,
    ...(after && { after }),
  });
  return db
    .select(PACKED)
    .from(wanted)
    .innerJoinLateral(sql`${packConversations(page)} as packed`, sql`true`)
    .orderBy(sql`wanted.place`)
    .prepare(name);
}

function pagesAsArrays(pages: readonly Page[]): { actorIds: string; limits: string } {
  return {
    actorIds: arrayOf(pages.map(({ actorId }) => actorId)),
    limits: `{${pages.map(({ limit }) => limit)}}`,
  };
}
