import { sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { milliseconds } from '../../db/pack.ts';
import { CURRENT_XID, conversations, messages } from '../../db/schema.ts';
import type { NewMessage, StoredRow } from './store-batch.ts';

/**
 * Prepares storing a message alone: what the statement for many does, in fewer parts. To begin a statement costs something for each part, and one message pays all of it.
 * @returns undefined when there is no such conversation
 */
export function prepareStoreOne(
  db: Database,
): (message: NewMessage, now: Date) => Promise<StoredRow | undefined> {
  const [c, m, p] = [conversations, messages, sql.placeholder];
  const [id, sender, messageId, content] = [
    sql`${p('conversationId')}::uuid`,
    sql`${p('senderId')}::text`,
    sql`${p('messageId')}::uuid`,
    sql`${p('content')}::text`,
  ];
  const known = db.$with('known', {}).as(sql`
    select ${m.seq}, ${m.timestamp}, ${m.senderId} = ${sender} and ${m.content} = ${content} as same
    from ${m} where ${m.conversationId} = ${id} and ${m.messageId} = ${messageId}`);
  const raised = db.$with('raised', {}).as(sql`
    update ${c} set
      last_seq = last_seq + 1,
      activity_at = greatest(activity_at, ${p('now')}::timestamptz),
      user1_unread = user1_unread + (user1_id <> ${sender})::int,
      user2_unread = user2_unread + (user2_id <> ${sender})::int,
      changed_xid = ${CURRENT_XID}
    where ${c.id} = ${id} and ${sender} in (user1_id, user2_id) and not exists (select from known)
    returning *`);
  const inserted = db.$with('inserted', {}).as(sql`
    insert into ${m} (conversation_id, seq, message_id, sender_id, content, timestamp)
    select id, last_seq, ${messageId}, ${sender}, ${content}, activity_at from raised`);
  const statement = db
    .with(known, raised, inserted)
    .select({
      user1: sql<string>`user1_id`,
      user2: sql<string>`user2_id`,
      numbers: sql<string>`concat_ws(' ', (${sender} in (user1_id, user2_id))::int, coalesce(same::int, 2),
        coalesce(seq, last_seq), ${milliseconds(sql`coalesce(timestamp, activity_at)`)}, last_seq,
        user1_read_seq, user2_read_seq, user1_unread, user2_unread)`,
    })
    .from(
      sql`(select * from raised union all
        select * from ${c} where ${c.id} = ${id} and not exists (select from raised)) as after left join known on true`,
    )
    .prepare('store_one');
  return async (message, now) => {
    const [row] = await statement.execute({ ...message, now: now.toISOString() });
    return row;
  };
}
