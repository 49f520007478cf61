import type { ConversationState } from '@duet/contract';
import { sql } from 'drizzle-orm';
import { arrayOf } from '../../db/array-of.ts';
import type { Database } from '../../db/client.ts';
import { milliseconds, packed, type Unpacked, unpack } from '../../db/pack.ts';
import { conversations, messages, users } from '../../db/schema.ts';
import type { MessageCommitted } from '../../events/events.ts';
import type { LoadCommitted } from '../../events/notes.ts';
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
  milliseconds(sql`m.timestamp`),
  sql`c.last_seq`,
  sql`c.user1_read_seq`,
  sql`c.user2_read_seq`,
  sql`c.user1_unread`,
  sql`c.user2_unread`,
];
const TEXTS = [sql`c.user1_id`, sql`c.user2_id`, sql`m.sender_id`, sql`u.username`, sql`m.content`];

/** Prepares reading messages by their place, each with its conversation's state by now; for the hub and other nodes' events, which speak for nobody. */
export function prepareLoadCommitted(db: Database): LoadCommitted {
  const { placeholder: p } = sql;
  const statement = db
    .select(packed(WORDS, TEXTS))
    .from(
      sql`unnest(${p('conversationIds')}::uuid[], ${p('afters')}::int[], ${p('befores')}::int8[]) as range (conversation_id, after, before)
        join ${conversations} as c on c.id = range.conversation_id
        join lateral (
          select * from ${messages} as m where m.conversation_id = range.conversation_id and m.seq > range.after and m.seq < range.before
          order by m.seq limit ${sql.raw(String(MAX_LENGTH))}
        ) as m on true
        join ${users} as u on u.id = m.sender_id`,
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
      if (row) events.push(...unpack(row, WORDS.length, toEvent));
    }
    return events;
  };
}

function toEvent({ words, texts }: Unpacked): MessageCommitted {
  const [conversation_id = '', seqWord, message_id = '', ...numbers] = words;
  const [sentAt = 0, last_seq = 0, read1 = 0, read2 = 0, unread1 = 0, unread2 = 0] = numbers.map(Number);
  const [user1 = '', user2 = '', senderId = '', username = '', content = ''] = texts;
  const seq = Number(seqWord);
  const state: ConversationState = {
    last_seq,
    read_seqs: [read1, read2],
    unread_counts: [unread1, unread2],
  };
  const message = {
    message_id,
    conversation_id,
    seq,
    sender: { id: senderId, username },
    content,
    timestamp: toTimestamp(sentAt),
    read: isRead(seq, senderId === user1, state),
  };
  return { type: 'message', message, users: [user1, user2], state };
}
