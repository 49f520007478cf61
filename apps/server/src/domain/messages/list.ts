import { MAX_SEQ, type Message } from '@duet/contract';
import { type SQL, sql } from 'drizzle-orm';
import { arrayOf } from '../../db/array-of.ts';
import type { Database } from '../../db/client.ts';
import { GroupRead } from '../../db/group-read.ts';
import { milliseconds, type Packed, packed, unpack } from '../../db/pack.ts';
import { conversations, messages } from '../../db/schema.ts';
import type { ActorContext } from '../context.ts';
import { noSuchConversation } from '../conversations/authorize.ts';
import { isConversationId } from '../conversations/id.ts';
import { knownConversations } from '../conversations/known.ts';
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
  /** How many of them to pass over. */
  readonly offset?: number | undefined;
}

/** A page, and the ranges of the pages beside it. */
export interface MessageWindow {
  readonly messages: Message[];
  /** How many messages the range has in all. */
  readonly count: number;
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
  const conversation = await knownConversations(db).get(conversation_id.toLowerCase());
  if (!conversation) throw noSuchConversation();
  const { id, user1, user2 } = conversation;
  if (user1.id !== actor.id && user2.id !== actor.id) throw new DomainError('not_participant');
  meter.pageRead(boundsOf(range));
  const { order, limit, before = MAX_SEQ + 1, after = 0, offset = 0 } = range;
  const row = await (order === 'asc'
    ? ascending(db).load({ id, before, after: after + offset, limit, skip: 0 })
    : descending(db).load({ id, before, after, limit, skip: offset }));
  if (!row) throw noSuchConversation();
  const { lastSeq, read1, read2, ...page } = row;
  const state = { read_seqs: [read1, read2] satisfies [number, number] };
  const found = unpack(page, WORDS.length, ({ words, text }): Message => {
    const [seqWord, message_id = '', byUser1, sentAt] = words;
    const [seq, isByUser1] = [Number(seqWord), byUser1 === '1'];
    return {
      message_id,
      conversation_id: id,
      seq,
      sender: isByUser1 ? user1 : user2,
      content: text,
      timestamp: toTimestamp(Number(sentAt)),
      read: isRead(seq, isByUser1, state),
    };
  });
  const count = Math.max(0, Math.min(before - 1, lastSeq) - after);
  return { messages: found, count, ...neighbours(range, found, lastSeq) };
}

/** A page as it is asked for. */
interface PageKey {
  readonly id: string;
  readonly before: number;
  readonly after: number;
  readonly limit: number;
  /** How many to pass over from the newest on. */
  readonly skip: number;
}

/** A page as it is read, and how far its conversation goes and is read. */
interface PageRow extends Packed {
  readonly lastSeq: number;
  readonly read1: number;
  readonly read2: number;
}

const WORDS = [sql`seq`, sql`message_id`, sql`by_user1::int`, milliseconds(sql`timestamp`)];

const ascending = perDatabase(
  (db) => new GroupRead(preparePages(db, sql`asc`, sql`wanted.before`, 'messages_ascending')),
);
const descending = perDatabase(
  (db) =>
    new GroupRead(
      preparePages(
        db,
        sql`desc`,
        sql`least(wanted.before, ${conversations.lastSeq} + 1) - wanted.skip`,
        'messages_descending',
      ),
    ),
);

function boundsOf({ before, after }: MessageRange): PageBounds {
  if (before === undefined) return after === undefined ? 'none' : 'after';
  return after === undefined ? 'before' : 'both';
}

/** Prepares reading some pages with one statement; null where there is no such conversation. @param before exclusive */
function preparePages(
  db: Database,
  order: SQL,
  before: SQL,
  name: string,
): (pages: readonly PageKey[]) => Promise<(PageRow | null)[]> {
  const [c, m, p] = [conversations, messages, sql.placeholder];
  const { words, texts } = packed(WORDS, sql`content`);
  const wanted = sql`unnest(${p('ids')}::uuid[], ${p('befores')}::int8[], ${p('afters')}::int8[], ${p('limits')}::int[], ${p('skips')}::int8[])
    with ordinality as wanted (id, before, after, most, skip, place)`;
  const page = sql`lateral (
    select ${words} as words, ${texts} as texts from (
      select *, sender_id = ${c.user1Id} as by_user1 from ${m}
      where ${m.conversationId} = ${c.id} and ${m.seq} < ${before} and ${m.seq} > wanted.after
      order by ${m.seq} ${order} limit wanted.most
    ) as found) as page`;
  const statement = db
    .select({
      place: sql<number>`wanted.place::int`,
      lastSeq: c.lastSeq,
      read1: c.user1ReadSeq,
      read2: c.user2ReadSeq,
      words: sql<string | null>`page.words`,
      texts: sql<string | null>`page.texts`,
    })
    .from(wanted)
    .innerJoin(c, sql`${c.id} = wanted.id`)
    .innerJoin(page, sql`true`)
    .prepare(name);
  return async (pages) => {
    const rows = await statement.execute({
      ids: arrayOf(pages.map(({ id }) => id)),
      befores: `{${pages.map(({ before }) => before)}}`,
      afters: `{${pages.map(({ after }) => after)}}`,
      limits: `{${pages.map(({ limit }) => limit)}}`,
      skips: `{${pages.map(({ skip }) => skip)}}`,
    });
    const byPlace = new Map(rows.map((row) => [row.place, row]));
    return pages.map((_, i) => byPlace.get(i + 1) ?? null);
  };
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
