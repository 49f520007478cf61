import type { Conversation, ConversationState, Message } from '@duet/contract';
import { type SQL, sql } from 'drizzle-orm';
import { arrayOf } from '../../db/array-of.ts';
import type { Database } from '../../db/client.ts';
import { GroupRead } from '../../db/group-read.ts';
import { milliseconds, type Packed, packed, type Unpacked, unpack } from '../../db/pack.ts';
import { conversations, messages } from '../../db/schema.ts';
import { isRead } from '../messages/view.ts';
import { perDatabase } from '../per-database.ts';
import { toTimestamp } from '../timestamp.ts';
import { type KnownConversation, knownConversations } from './known.ts';

/** A conversation as it is, seen by nobody in particular. */
export interface ConversationRead extends KnownConversation {
  /** Milliseconds since 1970. */
  readonly activityAt: number;
  readonly state: ConversationState;
  readonly last: Message | null;
}

/** Reads conversations, latest activity first; those that are not there are left out. */
export const readConversations = perDatabase((db) => {
  const some = sql`(select ${CONVERSATION_COLUMNS} from ${conversations} where id = any(${sql.placeholder('ids')}::uuid[]))`;
  const statement = db
    .select(PACKED)
    .from(sql`${packConversations(some)} as packed`)
    .prepare('read_conversations');
  return async (ids: readonly string[]): Promise<ConversationRead[]> => {
    const [row] = await statement.execute({ ids: arrayOf(ids) });
    return row ? unpackConversations(db, row) : [];
  };
});

/** Reads a conversation, together with what others read at the time; null when it is not there. */
export const conversationReads = perDatabase(
  (db) =>
    new GroupRead(async (ids: readonly string[]): Promise<(ConversationRead | null)[]> => {
      const byId = new Map((await readConversations(db)(ids)).map((read) => [read.id, read]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
);

/** What `packConversations` selects. */
export const PACKED = { words: sql<string | null>`packed.words`, texts: sql<string | null>`packed.texts` };

const WORDS = [
  sql`id`,
  milliseconds(sql`activity_at`),
  sql`last_seq`,
  sql`user1_read_seq`,
  sql`user2_read_seq`,
  sql`user1_unread`,
  sql`user2_unread`,
  // Of the last message; its timestamp is the conversation's activity.
  sql`coalesce((sender_id = user1_id)::int, 0)`,
  sql`coalesce(message_id, '00000000-0000-0000-0000-000000000000')`,
];

/** The columns of a conversation that `packConversations` wants of its source. */
export const CONVERSATION_COLUMNS = sql`id, user1_id, activity_at, last_seq, user1_read_seq, user2_read_seq, user1_unread, user2_unread`;

/** One row, of the conversations that a subquery selects, and their last messages; as a subquery. */
export function packConversations(source: SQL): SQL {
  const { words, texts } = packed(WORDS, sql`coalesce(content, '')`);
  return sql`(
    select ${words} as words, ${texts} as texts from (
      select c.*, m.message_id, m.sender_id, m.content
      from ${source} as c
      left join ${messages} as m on m.conversation_id = c.id and m.seq = c.last_seq) as found)`;
}

/** The conversations of such a row, with their people, latest activity first. */
export async function unpackConversations(db: Database, row: Packed): Promise<ConversationRead[]> {
  const rows = unpack(row, WORDS.length, (one) => one);
  const known = await knownConversations(db).find(rows.map(({ words: [id = ''] }) => id));
  const reads: ConversationRead[] = [];
  for (const [i, one] of rows.entries()) {
    const conversation = known[i];
    if (conversation) reads.push(toRead(conversation, one));
  }
  return reads.sort((one, other) => other.activityAt - one.activityAt || (one.id < other.id ? 1 : -1));
}

function toRead(known: KnownConversation, { words, text }: Unpacked): ConversationRead {
  const { id, user1, user2, createdAt } = known;
  const [, activityAt, lastSeq, read1, read2, unread1, unread2, byUser1, message_id = ''] = words;
  const state: ConversationState = {
    last_seq: Number(lastSeq),
    read_seqs: [Number(read1), Number(read2)],
    unread_counts: [Number(unread1), Number(unread2)],
  };
  const isByUser1 = byUser1 === '1';
  const last =
    state.last_seq === 0
      ? null
      : {
          message_id,
          conversation_id: id,
          seq: state.last_seq,
          sender: isByUser1 ? user1 : user2,
          content: text,
          timestamp: toTimestamp(Number(activityAt)),
          read: isRead(state.last_seq, isByUser1, state),
        };
  return { id, user1, user2, createdAt, activityAt: Number(activityAt), state, last };
}

/** A conversation as one of its two people sees it. */
export function viewAs(userId: string, read: ConversationRead): Conversation {
  const { id, user1, user2, createdAt, state, last } = read;
  const [mine, peer] = userId === user1.id ? ([0, 1] as const) : ([1, 0] as const);
  return {
    id,
    user1,
    user2,
    created_at: createdAt,
    last_message: last,
    last_seq: state.last_seq,
    unread_count: state.unread_counts[mine],
    read_seq: state.read_seqs[mine],
    peer_read_seq: state.read_seqs[peer],
  };
}
