import type { Pool } from 'pg';

export interface MessageRow {
  id: string | number;
  conversation_id: string;
  sender_id: string;
  sender_name: string;
  content: string;
  created_at: Date;
}

export interface Participants {
  user1_id: string;
  user2_id: string;
  user1_read_id: string;
  user2_read_id: string;
}

/** @returns undefined when there is no such conversation, or it is not this user's */
export async function findParticipants(
  pool: Pool,
  userId: string,
  conversationId: string,
): Promise<Participants | undefined> {
  const { rows } = await pool.query<Participants>(
    `select user1_id, user2_id, user1_read_id, user2_read_id from conversations
     where id = $1 and (user1_id = $2 or user2_id = $2)`,
    [conversationId, userId],
  );
  return rows[0];
}

/** One INSERT a message. */
export async function sendMessage(pool: Pool, conversationId: string, sender: Sender, content: string) {
  const { rows } = await pool.query<{ id: string; created_at: Date }>(
    'insert into messages (conversation_id, sender_id, content) values ($1, $2, $3) returning id, created_at',
    [conversationId, sender.id, content],
  );
  const [row] = rows;
  if (!row) throw new Error('nothing was inserted');
  const stored = {
    ...row,
    conversation_id: conversationId,
    sender_id: sender.id,
    sender_name: sender.username,
  };
  return toMessage({ ...stored, content }, 0);
}

export interface Sender {
  readonly id: string;
  readonly username: string;
}

/** A page, newest first, by keyset. */
export async function listMessages(
  pool: Pool,
  input: {
    conversationId: string;
    userId: string;
    limit: number;
    before: number | undefined;
    baseUrl: string;
  },
) {
  const { conversationId, userId, limit, before, baseUrl } = input;
  const participants = await findParticipants(pool, userId, conversationId);
  if (!participants) return undefined;
  const { rows } = await pool.query<MessageRow>(
    `select m.id, m.conversation_id, m.sender_id, u.username as sender_name, m.content, m.created_at
     from messages m join users u on u.id = m.sender_id
     where m.conversation_id = $1 and ($2::bigint is null or m.id < $2)
     order by m.id desc limit $3`,
    [conversationId, before ?? null, limit + 1],
  );
  const page = rows.slice(0, limit);
  const url = (query: string) =>
    `${baseUrl}/api/chat/conversations/${conversationId}/messages/?limit=${limit}&${query}`;
  const [newest, oldest] = [page[0], page.at(-1)];
  return {
    next: rows.length > limit && oldest ? url(`before=${oldest.id}`) : null,
    previous: before !== undefined && newest ? url(`after=${newest.id}`) : null,
    results: page.map((row) =>
      toMessage(
        row,
        row.sender_id === participants.user1_id ? participants.user2_read_id : participants.user1_read_id,
      ),
    ),
  };
}

export function toMessage(row: MessageRow, recipientReadId: string | number) {
  return {
    message_id: String(row.id),
    conversation_id: row.conversation_id,
    sender: { id: row.sender_id, username: row.sender_name },
    content: row.content,
    timestamp: row.created_at,
    read: Number(row.id) <= Number(recipientReadId),
  };
}
