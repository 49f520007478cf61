import type { ConversationState } from '@duet/contract';
import { sql } from 'drizzle-orm';
import { arrayOf } from '../../db/array-of.ts';
import type { Database } from '../../db/client.ts';
import { milliseconds, packed, type Unpacked, unpack } from '../../db/pack.ts';
import { conversations, messages } from '../../db/schema.ts';
import type { MessageCommitted } from '../../events/events.ts';
import type { LoadCommitted } from '../../events/notes.ts';
import { type KnownConversation, knownConversations } from '../conversations/known.ts';
import { toTimestamp } from '../timestamp.ts';
import { isRead } from './view.ts';

/** Ranges read at once. */
const CHUNK = 1000;
/** No range is as long, and the planner has a reason to walk along the primary key. */
const MAX_LENGTH = 10_000;

const WORDS = [
  sql`c.id`,
  sql`m.seq`,
  sql`m.message_id`,
  sql`(m.sender_id = c.user1_id)::int`,
  milliseconds(sql`m.timestamp`),
  sql`c.last_seq`,
  sql`c.user1_read_seq`,
  sql`c.user2_read_seq`,
  sql`c.user1_unread`,
  sql`c.user2_unread`,
];

/** Prepares reading messages by their place, each with its conversation's state by now; for the hub and other nodes' events, which speak for nobody. */
export function prepareLoadCommitted(db: Database): LoadCommitted {
  const { placeholder: p } = sql;
  const statement = db
    .select(packed(WORDS, sql`m.content`))
    .from(
      sql`unnest(${p('conversationIds')}::uuid[], ${p('afters')}::int[], ${p('befores')}::int8[]) as range (conversation_id, after, before)
        join ${conversations} as c on c.id = range.conversation_id
        join lateral (
          select * from ${messages} as m where m.conversation_id = range.conversation_id and m.seq > range.after and m.seq < range.before
          order by m.seq limit ${sql.raw(String(MAX_LENGTH))}
        ) as m on true`,
    )
    .prepare('load_committed');
  return async (ranges) => {
    const events: MessageCommitted[] = [];
    for (let start = 0; start < ranges.length; start += CHUNK) {
      const some = ranges.slice(start, start + CHUNK);
      const [row] = await statement.execute({
        conversationIds: arrayOf(some.map(({ conversationId }) => conversationId)),
        afters: `{${some.map(({ after }) => after)}}`,
        befores: `{${some.map(({ before }) => before)}}`,
      });
      if (!row) continue;
      const rows = unpack(row, WORDS.length, (one) => one);
      const known = await knownConversations(db).find(rows.map(({ words: [id = ''] }) => id));
      for (const [i, one] of rows.entries()) {
        const conversation = known[i];
        if (conversation) events.push(toEvent(conversation, one));
      }
    }
    return events;
  };
}

function toEvent({ id, user1, user2 }: KnownConversation, { words, text }: Unpacked): MessageCommitted {
  const [, seqWord, message_id = '', byUser1, ...numbers] = words;
  const [sentAt = 0, last_seq = 0, read1 = 0, read2 = 0, unread1 = 0, unread2 = 0] = numbers.map(Number);
  const [seq, isByUser1] = [Number(seqWord), byUser1 === '1'];
  const state: ConversationState = {
    last_seq,
    read_seqs: [read1, read2],
    unread_counts: [unread1, unread2],
  };
  const message = {
    message_id,
    conversation_id: id,
    seq,
    sender: isByUser1 ? user1 : user2,
    content: text,
    timestamp: toTimestamp(sentAt),
    read: isRead(seq, isByUser1, state),
  };
  return { type: 'message', message, users: [user1.id, user2.id], state };
}
