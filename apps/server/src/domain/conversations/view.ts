import type { Conversation, ConversationState, Message } from '@duet/contract';
import { type SQL, sql } from 'drizzle-orm';
import { arrayOf } from '../../db/array-of.ts';
import type { Database } from '../../db/client.ts';
import { GroupRead } from '../../db/group-read.ts';
import { milliseconds, packedWords, unpackWords } from '../../db/pack.ts';
import { conversations } from '../../db/schema.ts';
import { isRead } from '../messages/view.ts';
import { perDatabase } from '../per-database.ts';
import { type KnownConversation, knownConversations } from './known.ts';
import { type LastMessage, lastMessages } from './last-messages.ts';

/** A conversation as it is, seen by nobody in particular. */
export interface ConversationRead extends KnownConversation {
  /** Milliseconds since 1970. */
  readonly activityAt: number;
  readonly state: ConversationState;
  readonly last: Message | null;
}

/** Reads conversations, latest activity first; those that are not there are left out. */
export const readConversations = perDatabase((db) => {
  const some = sql`(select * from ${conversations} where id = any(${sql.placeholder('ids')}::uuid[]))`;
  const statement = db
    .select({ words: PACKED })
    .from(sql`${packConversations(some)} as packed`)
    .prepare('read_conversations');
  return async (ids: readonly string[]): Promise<ConversationRead[]> => {
    const rows = await statement.execute({ ids: arrayOf(ids) });
    return (await unpackConversations(db, rows)).flat();
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
export const PACKED = sql<string | null>`packed.words`;

const WORDS = [
  sql`id`,
  milliseconds(sql`activity_at`),
  sql`last_seq`,
  sql`user1_read_seq`,
  sql`user2_read_seq`,
  sql`user1_unread`,
  sql`user2_unread`,
];

/** One row, of the conversations that a subquery selects; as a subquery. Of what hardly changes only the id, see `known.ts` and `last-messages.ts`. */
export function packConversations(source: SQL): SQL {
  return sql`(select ${packedWords(WORDS)} as words from ${source} as c)`;
}

/** The conversations of each such row, with their people and last messages, latest activity first. */
export async function unpackConversations(
  db: Database,
  rows: readonly { readonly words: string | null }[],
): Promise<ConversationRead[][]> {
  const pages = rows.map(({ words }) => unpackWords(words, WORDS.length).map(toRow));
  const all = pages.flat();
  const [known, last] = await Promise.all([
    knownConversations(db).find(all.map(({ id }) => id)),
    lastMessages(db).find(all.map(({ id, state }) => ({ id, seq: state.last_seq }))),
  ]);
  const toRead = (row: Row): ConversationRead[] => {
    const conversation = known.get(row.id);
    return conversation
      ? [{ ...conversation, ...row, last: lastOf(conversation, row, last.get(row.id)) }]
      : [];
  };
  return pages.map((page) =>
    page
      .flatMap(toRead)
      .sort((one, other) => other.activityAt - one.activityAt || (one.id < other.id ? 1 : -1)),
  );
}

type Row = Pick<ConversationRead, 'id' | 'activityAt' | 'state'>;

function toRow([id = '', ...words]: readonly string[]): Row {
  const [activityAt = 0, last_seq = 0, read1 = 0, read2 = 0, unread1 = 0, unread2 = 0] = words.map(Number);
  return {
    id,
    activityAt,
    state: { last_seq, read_seqs: [read1, read2], unread_counts: [unread1, unread2] },
  };
}

function lastOf(
  { id, user1, user2 }: KnownConversation,
  { state }: Row,
  last: LastMessage | undefined,
): Message | null {
  if (!last) return null;
  const { seq, messageId, isByUser1, content, timestamp } = last;
  return {
    message_id: messageId,
    conversation_id: id,
    seq,
    sender: isByUser1 ? user1 : user2,
    content,
    timestamp,
    read: isRead(seq, isByUser1, state),
  };
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
