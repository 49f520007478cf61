import type { Conversation, ConversationState, Message, User } from '@duet/contract';
import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { milliseconds, packed, type Unpacked, unpack } from '../../db/pack.ts';
import { messages, users } from '../../db/schema.ts';
import { isRead } from '../messages/view.ts';
import { perDatabase } from '../per-database.ts';
import { toTimestamp } from '../timestamp.ts';

/** A conversation as it is, seen by nobody in particular. */
export interface ConversationRead {
  readonly id: string;
  readonly user1: User;
  readonly user2: User;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly activityAt: number;
  readonly state: ConversationState;
  readonly last: Message | null;
}

/** Reads conversations, latest activity first; those that are not there are left out. */
export const readConversations = perDatabase((db) =>
  prepareRead(
    db,
    sql`(select * from conversations where id = any(${sql.placeholder('ids')}::uuid[]))`,
    'read_conversations',
  ),
);

/** How both sides get their names: what `c`, the conversations, is joined with. */
interface Names {
  readonly join: SQL;
  readonly username1: SQL;
  readonly username2: SQL;
}

const NAMES: Names = {
  join: sql`join ${users} as u1 on u1.id = c.user1_id join ${users} as u2 on u2.id = c.user2_id`,
  username1: sql`u1.username`,
  username2: sql`u2.username`,
};

/** The names where one of the two is known: only the other is looked up. */
export function namesBeside(userId: SQL, username: SQL): Names {
  const nameOf = (id: SQL) =>
    sql`case ${id} when ${userId}::text then ${username}::text else peer.username end`;
  return {
    join: sql`join ${users} as peer on peer.id = case c.user1_id when ${userId}::text then c.user2_id else c.user1_id end`,
    username1: nameOf(sql`c.user1_id`),
    username2: nameOf(sql`c.user2_id`),
  };
}

/** Prepares reading what a subquery selects, which has the columns of `conversations`. */
export function prepareRead(
  db: Database,
  source: SQL,
  name: string,
  names = NAMES,
): (values: Record<string, unknown>) => Promise<ConversationRead[]> {
  const words = [
    sql`id`,
    milliseconds(sql`created_at`),
    milliseconds(sql`activity_at`),
    sql`last_seq`,
    sql`user1_read_seq`,
    sql`user2_read_seq`,
    sql`user1_unread`,
    sql`user2_unread`,
    sql`coalesce((sender_id = user1_id)::int, 0)`,
    sql`coalesce(message_id::text, '-')`,
    sql`coalesce(${milliseconds(sql`timestamp`)}, 0)`,
  ];
  const texts = [sql`user1_id`, sql`username1`, sql`user2_id`, sql`username2`, sql`coalesce(content, '')`];
  const statement = db
    .select(packed(words, texts))
    .from(
      sql`(
        select c.*, ${names.username1} as username1, ${names.username2} as username2, m.message_id, m.sender_id, m.content, m.timestamp
        from ${source} as c
        ${names.join}
        left join ${messages} as m on m.conversation_id = c.id and m.seq = c.last_seq
        order by c.activity_at desc, c.id desc) as found`,
    )
    .prepare(name);
  return async (values) => {
    const [row] = await statement.execute(values);
    return row ? unpack(row, words.length, toRead) : [];
  };
}

function toRead({ words, texts }: Unpacked): ConversationRead {
  const [
    id = '',
    createdAt,
    activityAt,
    lastSeq,
    read1,
    read2,
    unread1,
    unread2,
    byUser1,
    message_id,
    sentAt,
  ] = words;
  const [id1 = '', username1 = '', id2 = '', username2 = '', content = ''] = texts;
  const [user1, user2] = [
    { id: id1, username: username1 },
    { id: id2, username: username2 },
  ];
  const state: ConversationState = {
    last_seq: Number(lastSeq),
    read_seqs: [Number(read1), Number(read2)],
    unread_counts: [Number(unread1), Number(unread2)],
  };
  const isByUser1 = byUser1 === '1';
  const last =
    message_id === undefined || state.last_seq === 0
      ? null
      : {
          message_id,
          conversation_id: id,
          seq: state.last_seq,
          sender: isByUser1 ? user1 : user2,
          content,
          timestamp: toTimestamp(Number(sentAt)),
          read: isRead(state.last_seq, isByUser1, state),
        };
  return { id, user1, user2, createdAt: Number(createdAt), activityAt: Number(activityAt), state, last };
}

/** A conversation as one of its two people sees it. */
export function viewAs(userId: string, read: ConversationRead): Conversation {
  const { id, user1, user2, createdAt, state, last } = read;
  const [mine, peer] = userId === user1.id ? ([0, 1] as const) : ([1, 0] as const);
  return {
    id,
    user1,
    user2,
    created_at: toTimestamp(createdAt),
    last_message: last,
    last_seq: state.last_seq,
    unread_count: state.unread_counts[mine],
    read_seq: state.read_seqs[mine],
    peer_read_seq: state.read_seqs[peer],
  };
}
