import { MAX_SEQ, type Message } from '@duet/contract';
import { eq, type SQL, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Database } from '../../db/client.ts';
import { milliseconds, packed, unpack } from '../../db/pack.ts';
import { conversations, messages, users } from '../../db/schema.ts';
import type { ActorContext } from '../context.ts';
import { noSuchConversation } from '../conversations/authorize.ts';
import { isConversationId } from '../conversations/id.ts';
import { DomainError } from '../error.ts';
import type { PageBounds } from '../meter.ts';
import { perDatabase } from '../per-database.ts';
import { toTimestamp } from '../timestamp.ts';
import { isRead } from './view.ts';

/** Which messages of a conversation: a range of seq, exclusive on both sides, and the end from which it is walked. */
export interface MessageRange {
  readonly limit: number;
  readonly order: 'asc' | 'desc';
  readonly before?: number | undefined;
  readonly after?: number | undefined;
}

/** A page, and the ranges of the pages beside it. */
export interface MessageWindow {
  readonly messages: Message[];
  readonly next: MessageRange | null;
  readonly previous: MessageRange | null;
}

/**
 * A page of the history (PROTOCOL 3.5): one range read on the primary key, however long the history is.
 * @throws DomainError `not_found`, `not_participant`
 */
export async function listMessages(
  { db, actor, meter }: ActorContext,
  input: MessageRange & { conversation_id: string },
): Promise<MessageWindow> {
  const { conversation_id, ...range } = input;
  if (!isConversationId(conversation_id)) throw noSuchConversation();
  const { order, limit, before = MAX_SEQ + 1, after = 0 } = range;
  const read = order === 'asc' ? readAscending(db) : readDescending(db);
  const [row] = await read.execute({ id: conversation_id, before, after, limit });
  if (!row) throw noSuchConversation();
  const { user1, user2, lastSeq, read1, read2, ...page } = row;
  if (user1.id !== actor.id && user2.id !== actor.id) throw new DomainError('not_participant');
  meter.pageRead(boundsOf(range));
  const state = { read_seqs: [read1, read2] satisfies [number, number] };
  const found = unpack(page, WORDS.length, ({ words, texts: [content = ''] }): Message => {
    const [seqWord, message_id = '', byUser1, sentAt] = words;
    const [seq, isByUser1] = [Number(seqWord), byUser1 === '1'];
    return {
      message_id,
      conversation_id: row.id,
      seq,
      sender: isByUser1 ? user1 : user2,
      content,
      timestamp: toTimestamp(Number(sentAt)),
      read: isRead(seq, isByUser1, state),
    };
  });
  return { messages: found, ...neighbours(range, found, lastSeq) };
}

const WORDS = [sql`seq`, sql`message_id`, sql`by_user1::int`, milliseconds(sql`timestamp`)];

const readAscending = perDatabase((db) => preparePage(db, sql`asc`, 'messages_ascending'));
const readDescending = perDatabase((db) => preparePage(db, sql`desc`, 'messages_descending'));

function boundsOf({ before, after }: MessageRange): PageBounds {
  if (before === undefined) return after === undefined ? 'none' : 'after';
  return after === undefined ? 'before' : 'both';
}

/** One row: the conversation, and the page in it. */
function preparePage(db: Database, order: SQL, name: string) {
  const [c, m, p] = [conversations, messages, sql.placeholder];
  const [user1, user2] = [alias(users, 'user1'), alias(users, 'user2')];
  const { words, texts } = packed(WORDS, [sql`content`]);
  const page = sql`lateral (
    select ${words} as words, ${texts} as texts from (
      select *, sender_id = ${c.user1Id} as by_user1 from ${m}
      where ${m.conversationId} = ${c.id} and ${m.seq} < ${p('before')}::int8 and ${m.seq} > ${p('after')}::int8
      order by ${m.seq} ${order} limit ${p('limit')}::int
    ) as found) as page`;
  return db
    .select({
      id: c.id,
      user1: { id: user1.id, username: user1.username },
      user2: { id: user2.id, username: user2.username },
      lastSeq: c.lastSeq,
      read1: c.user1ReadSeq,
      read2: c.user2ReadSeq,
      words: sql<string | null>`page.words`,
      texts: sql<string | null>`page.texts`,
    })
    .from(c)
    .innerJoin(user1, eq(user1.id, c.user1Id))
    .innerJoin(user2, eq(user2.id, c.user2Id))
    .innerJoin(page, sql`true`)
    .where(eq(c.id, p('id')))
    .prepare(name);
}

/** `seq` has no holes, so the pages beside one are found by arithmetic. */
function neighbours(
  range: MessageRange,
  page: Message[],
  lastSeq: number,
): Pick<MessageWindow, 'next' | 'previous'> {
  const first = page[0]?.seq;
  const last = page.at(-1)?.seq;
  if (first === undefined || last === undefined) return { next: null, previous: null };
  const { limit, order, before, after } = range;
  if (order === 'desc') {
    const newer = Math.min(limit, Math.max(0, lastSeq - first));
    return {
      next: last > (after ?? 0) + 1 ? { limit, order, before: last, after } : null,
      previous: newer > 0 ? { limit: newer, order, before: first + newer + 1, after } : null,
    };
  }
  const older = Math.min(limit, first - 1);
  return {
    next: last < Math.min(before ?? Infinity, lastSeq + 1) - 1 ? { limit, order, before, after: last } : null,
    previous: older > 0 ? { limit: older, order, before, after: first - older - 1 } : null,
  };
}
