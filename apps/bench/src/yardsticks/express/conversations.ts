import type { Pool } from 'pg';
import { type MessageRow, toMessage } from './messages.ts';

interface ConversationRow {
  id: string;
  user1_id: string;
  user1_name: string;
  user2_id: string;
  user2_name: string;
  created_at: Date;
  read_id: string;
  peer_read_id: string;
  unread: number;
  last: (MessageRow & { created_at: string }) | null;
}

// Everything that a list shows in one query: the last message and the unread count of each conversation come from the index on
// (conversation_id, id).
const VIEW = `
  select c.id, c.created_at,
         u1.id as user1_id, u1.username as user1_name, u2.id as user2_id, u2.username as user2_name,
         case when c.user1_id = $1 then c.user1_read_id else c.user2_read_id end as read_id,
         case when c.user1_id = $1 then c.user2_read_id else c.user1_read_id end as peer_read_id,
         unread.count as unread, row_to_json(last) as last
  from conversations c
  join users u1 on u1.id = c.user1_id
  join users u2 on u2.id = c.user2_id
  left join lateral (
    select m.id, m.conversation_id, m.sender_id, s.username as sender_name, m.content, m.created_at
    from messages m join users s on s.id = m.sender_id
    where m.conversation_id = c.id order by m.id desc limit 1) last on true
  left join lateral (
    select count(*)::int as count from messages m
    where m.conversation_id = c.id and m.sender_id <> $1
      and m.id > case when c.user1_id = $1 then c.user1_read_id else c.user2_read_id end) unread on true`;

export async function listConversations(pool: Pool, userId: string) {
  const { rows } = await pool.query<ConversationRow>(
    `${VIEW} where c.user1_id = $1 or c.user2_id = $1 order by coalesce(last.created_at, c.created_at) desc`,
    [userId],
  );
  return rows.map(toConversation);
}

/** Get or create. @returns undefined when there is no such user */
export async function openConversation(pool: Pool, userId: string, targetId: string) {
  const { rowCount } = await pool.query('select 1 from users where id = $1', [targetId]);
  if (rowCount === 0) return undefined;
  const found = await findPair(pool, userId, targetId);
  if (found) return { conversation: found, created: false };
  const inserted = await pool.query(
    'insert into conversations (user1_id, user2_id) values ($1, $2) on conflict do nothing',
    [userId, targetId],
  );
  const conversation = await findPair(pool, userId, targetId);
  return conversation && { conversation, created: inserted.rowCount === 1 };
}

async function findPair(pool: Pool, userId: string, targetId: string) {
  const { rows } = await pool.query<ConversationRow>(
    `${VIEW} where least(c.user1_id, c.user2_id) = least($1, $2)
               and greatest(c.user1_id, c.user2_id) = greatest($1, $2)`,
    [userId, targetId],
  );
  return rows[0] && toConversation(rows[0]);
}

function toConversation(row: ConversationRow) {
  return {
    id: row.id,
    user1: { id: row.user1_id, username: row.user1_name },
    user2: { id: row.user2_id, username: row.user2_name },
    created_at: row.created_at,
    last_message:
      row.last && toMessage({ ...row.last, created_at: new Date(row.last.created_at) }, row.peer_read_id),
    unread_count: row.unread,
    read_seq: Number(row.read_id),
    peer_read_seq: Number(row.peer_read_id),
  };
}
