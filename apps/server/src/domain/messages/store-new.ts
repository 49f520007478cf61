import type { ConversationState } from '@duet/contract';
import { type SQL, sql } from 'drizzle-orm';
import { arrayOf } from '../../db/array-of.ts';
import type { Database } from '../../db/client.ts';
import { milliseconds } from '../../db/pack.ts';
import { CURRENT_XID, conversations, eraOf, hourOf, messages } from '../../db/schema.ts';
import type { UserPair } from '../../events/events.ts';
import type { NewMessage, Stored } from './store.ts';

/** A message, and the two who take part in its conversation; the sender is one of them. */
export interface Addressed {
  readonly message: NewMessage;
  readonly users: UserPair;
}

type StoreNew = (batch: readonly Addressed[], now: Date) => Promise<Stored[]>;

/**
 * Prepares storing messages none of which is stored yet: raises the counters of their conversations and inserts them below.
 *
 * The statement fails with a unique violation when one of the messages is stored already.
 */
export function prepareStoreNew(db: Database): StoreNew {
  const [storeOne, storeMany] = [prepareStoreOne(db), prepareStoreMany(db)];
  return async (batch, now) => {
    const [first] = batch;
    return first && batch.length === 1 ? [await storeOne(first, now)] : storeMany(batch, now);
  };
}

const [c, m, p] = [conversations, messages, sql.placeholder];

/** It never goes backwards, though the clocks of nodes differ. */
const ACTIVITY = sql`greatest(activity_at, ${p('now')}::timestamptz)`;

/** What messages do to their conversation's row. */
const raise = (total: SQL, byUser1: SQL, xid: SQL) => sql`
  last_seq = last_seq + ${total},
  activity_at = ${ACTIVITY},
  activity_hour = ${hourOf(ACTIVITY)},
  user1_unread = user1_unread + ${total} - ${byUser1},
  user2_unread = user2_unread + ${byUser1},
  changed_xid = ${xid},
  changed_era = ${eraOf(xid)}`;

/** How a row is after that, all in one value, as a column and a row cost more than a number: numbers of a JSON array. */
const RAISED = sql<string>`concat_ws(',', last_seq, ${milliseconds(sql`activity_at`)}, user1_read_seq, user2_read_seq, user1_unread, user2_unread)`;

/** For a single message, which nobody else sends with, the tables of the other statement are a quarter of the database's work. */
function prepareStoreOne(db: Database): (one: Addressed, now: Date) => Promise<Stored> {
  const raised = db.$with('raised', {}).as(sql`
    update ${c} set ${raise(sql`1`, sql`${p('byUser1')}::int`, CURRENT_XID)} where ${c.id} = ${p('conversationId')}::uuid returning *`);
  const inserted = db.$with('inserted', {}).as(sql`
    insert into ${m} (conversation_id, seq, message_id, sender_id, content, timestamp)
    select id, last_seq, ${p('messageId')}::uuid, ${p('senderId')}::text, ${p('content')}::text, activity_at from raised`);
  const statement = db
    .with(raised, inserted)
    .select({ raised: RAISED })
    .from(sql`raised`)
    .prepare('store_one');
  return async ({ message, users }, now) => {
    const byUser1 = message.senderId === users[0] ? 1 : 0;
    const [row] = await statement.execute({ ...message, byUser1, now: now.toISOString() });
    if (!row) return NOT_FOUND; // the conversation is not there any more
    const { timestamp, state } = raisedAt(numbersIn(row.raised), 0);
    return { outcome: 'created', seq: state.last_seq, timestamp, users, state };
  };
}

/** The conversations come in the order of their ids, and the plan takes them one by one as they come, so two batches do not wait for each other. */
function prepareStoreMany(db: Database): StoreNew {
  const raised = db.$with('raised', {}).as(sql`
    update ${c} set ${raise(sql`total`, sql`by_user1`, sql`(select ${CURRENT_XID})`)}
    from unnest(${p('conversationIds')}::uuid[], ${p('totals')}::int[], ${p('byUser1')}::int[])
      with ordinality as t (conversation_id, total, by_user1, place)
    where ${c.id} = conversation_id
    returning *`);
  const inserted = db.$with('inserted', {}).as(sql`
    insert into ${m} (conversation_id, seq, message_id, sender_id, content, timestamp)
    select id, last_seq - later, message_id, sender_id, content, activity_at
    from unnest(
      ${p('places')}::int8[], ${p('later')}::int[], ${p('messageIds')}::uuid[], ${p('senderIds')}::text[], ${p('contents')}::text[]
    ) as t (place, later, message_id, sender_id, content) join raised using (place)`);
  const statement = db
    .with(raised, inserted)
    .select({ raised: sql<string | null>`string_agg(concat_ws(',', place, ${RAISED}), ',')` })
    .from(sql`raised`)
    .prepare('store_many');
  return async (batch, now) => {
    const lines = linesOf(batch);
    const places: number[] = [];
    const later: number[] = [];
    const all: NewMessage[] = [];
    for (const [i, { messages }] of lines.entries()) {
      for (const [k, message] of messages.entries()) {
        places.push(i + 1);
        later.push(messages.length - 1 - k);
        all.push(message);
      }
    }
    const [row] = await statement.execute({
      now: now.toISOString(),
      conversationIds: arrayOf(lines.map(({ id }) => id)),
      totals: `{${lines.map((line) => line.messages.length)}}`,
      byUser1: `{${lines.map((line) => line.byUser1)}}`,
      places: `{${places}}`,
      later: `{${later}}`,
      messageIds: arrayOf(all.map(({ messageId }) => messageId)),
      senderIds: arrayOf(all.map(({ senderId }) => senderId)),
      contents: arrayOf(all.map(({ content }) => content)),
    });
    // The row of a conversation that is not there any more was not raised.
    const stored: Stored[] = batch.map(() => NOT_FOUND);
    const numbers = numbersIn(row?.raised ?? '');
    for (let at = 0; at < numbers.length; at += 1 + RAISED_NUMBERS) {
      const line = lines[(numbers[at] ?? 0) - 1];
      if (!line) continue;
      const { users, indexes } = line;
      const { timestamp, state } = raisedAt(numbers, at + 1);
      for (const [k, index] of indexes.entries()) {
        const seq = state.last_seq - (indexes.length - 1 - k);
        stored[index] = { outcome: 'created', seq, timestamp, users, state };
      }
    }
    return stored;
  };
}

const NOT_FOUND: Stored = { outcome: 'not_found' };

function numbersIn(raised: string): number[] {
  return JSON.parse(`[${raised}]`);
}

/** So many numbers a raised row has. */
const RAISED_NUMBERS = 6;

/** A raised row, the first of whose numbers is at this index. */
function raisedAt(numbers: readonly number[], at: number): { timestamp: number; state: ConversationState } {
  const number = (n: number) => numbers[at + n] ?? 0;
  return {
    timestamp: number(1),
    state: {
      last_seq: number(0),
      read_seqs: [number(2), number(3)],
      unread_counts: [number(4), number(5)],
    },
  };
}

/** What a batch has for one conversation, in order. */
interface Line {
  readonly id: string;
  readonly users: UserPair;
  readonly messages: NewMessage[];
  /** Where in the batch they are. */
  readonly indexes: number[];
  byUser1: number;
}

/** In the order of the conversations' ids, which is also PostgreSQL's. */
function linesOf(batch: readonly Addressed[]): Line[] {
  const lines = new Map<string, Line>();
  for (const [index, { message, users }] of batch.entries()) {
    const id = message.conversationId;
    const line = lines.get(id) ?? { id, users, messages: [], indexes: [], byUser1: 0 };
    lines.set(id, line);
    line.messages.push(message);
    line.indexes.push(index);
    if (message.senderId === users[0]) line.byUser1 += 1;
  }
  return [...lines.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}
