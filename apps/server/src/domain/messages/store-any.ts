import { sql } from 'drizzle-orm';
import { arrayOf } from '../../db/array-of.ts';
import type { Database } from '../../db/client.ts';
import { CURRENT_XID, conversations, eraOf, hourOf, messages } from '../../db/schema.ts';
import type { Store, Stored } from './store.ts';

/** What the statement says of a message; `user1` is null when there is no such conversation. */
interface StoredRow {
  readonly user1: string | null;
  readonly user2: string;
  /** Separated by spaces, in the order of `toStored`. */
  readonly numbers: string;
}

/**
 * Prepares storing messages of which nothing is known. In turn: lock the conversations, in the order of their ids so that no two batches wait for each
 * other; find what is stored already; count the rest per conversation; raise the counters; insert. What another transaction stores while this one waits
 * for a row is not found and collides with the unique key: then the whole is to be tried again.
 */
export function prepareStoreAny(db: Database): Store {
  const c = conversations;
  const m = messages;
  const p = sql.placeholder;
  const item = db.$with('item', {}).as(sql`
    select * from unnest(
      ${p('conversationIds')}::uuid[], ${p('senderIds')}::text[], ${p('messageIds')}::uuid[], ${p('contents')}::text[]
    ) with ordinality as t (conversation_id, sender_id, message_id, content, n)`);
  const locked = db.$with('locked', {}).as(sql`
    select * from ${c} where ${c.id} = any(${p('lockIds')}::uuid[]) order by ${c.id} for update`);
  // A subquery for each item, so that finding what is stored is always a look into the unique index.
  const judged = db.$with('judged', {}).as(sql`
    select item.*, locked.*, known.*, known.seq is null and item.sender_id in (user1_id, user2_id) as fresh
    from item left join locked on locked.id = item.conversation_id left join lateral (
      select ${m.seq}, ${m.timestamp}, ${m.senderId} = item.sender_id and ${m.content} = item.content as same from ${m}
      where ${m.conversationId} = item.conversation_id and ${m.messageId} = item.message_id limit 1
    ) as known on true`);
  // The activity never goes backwards, though the clocks of nodes differ.
  const numbered = db.$with('numbered', {}).as(sql`
    select *, greatest(activity_at, ${p('now')}::timestamptz) as sent_at,
      (count(*) filter (where fresh) over (partition by conversation_id order by n))::int as k,
      (count(*) filter (where fresh) over (partition by conversation_id))::int as total,
      (count(*) filter (where fresh and sender_id = user1_id) over (partition by conversation_id))::int as by_user1
    from judged`);
  const raised = db.$with('raised', {}).as(sql`
    update ${c} set
      last_seq = numbered.last_seq + total,
      activity_at = sent_at,
      activity_hour = ${hourOf(sql`sent_at`)},
      user1_unread = numbered.user1_unread + total - by_user1,
      user2_unread = numbered.user2_unread + by_user1,
      changed_xid = ${CURRENT_XID},
      changed_era = ${eraOf(CURRENT_XID)}
    from numbered where fresh and k = total and ${c.id} = conversation_id`);
  const inserted = db.$with('inserted', {}).as(sql`
    insert into ${m} (conversation_id, seq, message_id, sender_id, content, timestamp)
    select conversation_id, last_seq + k, message_id, sender_id, content, sent_at from numbered where fresh`);
  const statement = db
    .with(item, locked, judged, numbered, raised, inserted)
    .select({
      n: sql<number>`n::int`,
      user1: sql<string | null>`user1_id`,
      user2: sql<string>`user2_id`,
      // The rest in one column, as a column costs more than a number.
      numbers: sql<string>`concat_ws(' ', (sender_id in (user1_id, user2_id))::int, coalesce(same::int, 2),
        coalesce(seq, last_seq + k), (date_part('epoch', coalesce(timestamp, sent_at)) * 1000)::int8, last_seq + total,
        user1_read_seq, user2_read_seq, user1_unread + total - by_user1, user2_unread + by_user1)`,
    })
    .from(sql`numbered`)
    .prepare('store_any');
  return async (batch, now) => {
    const conversationIds = batch.map(({ conversationId }) => conversationId);
    const rows = await statement.execute({
      conversationIds: arrayOf(conversationIds),
      senderIds: arrayOf(batch.map(({ senderId }) => senderId)),
      messageIds: arrayOf(batch.map(({ messageId }) => messageId)),
      contents: arrayOf(batch.map(({ content }) => content)),
      lockIds: arrayOf([...new Set(conversationIds)]),
      now: now.toISOString(),
    });
    const stored: Stored[] = Array(batch.length);
    for (const { n, ...row } of rows) stored[n - 1] = toStored(row);
    return stored;
  };
}

const NOT_STORED_BEFORE = 2;

function toStored(row: StoredRow): Stored {
  if (row.user1 === null) return { outcome: 'not_found' };
  const { user1, user2, numbers } = row;
  const [
    isParticipant,
    same,
    seq = 0,
    timestamp = 0,
    last_seq = 0,
    read1 = 0,
    read2 = 0,
    unread1 = 0,
    unread2 = 0,
  ] = numbers.split(' ').map(Number);
  if (!isParticipant) return { outcome: 'not_participant' };
  return {
    outcome: same === NOT_STORED_BEFORE ? 'created' : same ? 'repeated' : 'conflict',
    seq,
    timestamp,
    users: [user1, user2],
    state: { last_seq, read_seqs: [read1, read2], unread_counts: [unread1, unread2] },
  };
}
