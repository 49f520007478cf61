import type { Unread } from '@duet/contract';
import { sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { conversations } from '../../db/schema.ts';
import type { ActorContext } from '../context.ts';
import { perDatabase } from '../per-database.ts';

/** How many messages the actor has not read, in all conversations (PROTOCOL 3.2). */
export async function countUnread({ db, actor }: ActorContext): Promise<Unread> {
  const [row] = await statement(db).execute({ actorId: actor.id });
  return row ?? { unread_count: 0, conversations: 0 };
}

const statement = perDatabase((db: Database) => {
  const actor = sql`${sql.placeholder('actorId')}::text`;
  const { user1Id, user2Id, user1Unread, user2Unread } = conversations;
  const mine = sql`(
    select ${user1Unread} as unread from ${conversations} where ${user1Id} = ${actor}
    union all
    select ${user2Unread} from ${conversations} where ${user2Id} = ${actor})`;
  return db
    .select({
      unread_count: sql<number>`coalesce(sum(unread), 0)::int8`.mapWith(Number),
      conversations: sql<number>`(count(*) filter (where unread > 0))::int`,
    })
    .from(sql`${mine} as mine`)
    .prepare('count_unread');
});
