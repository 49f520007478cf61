import { eq, sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { conversations, messages, users } from '../../db/schema.ts';
import type { MessageCommitted } from '../../events/events.ts';
import type { LoadCommitted } from '../../events/notes.ts';
import { stateOf } from '../conversations/state.ts';
import { toMessage } from './view.ts';

const CHUNK = 1000;

/** Prepares reading messages that other nodes committed, each with its conversation's state by now. */
export function prepareLoadCommitted(db: Database): LoadCommitted {
  const { placeholder: p } = sql;
  const statement = db
    .select({ message: messages, sender: { id: users.id, username: users.username }, row: conversations })
    .from(sql`unnest(${p('conversationIds')}::uuid[], ${p('seqs')}::int[]) as place (conversation_id, seq)`)
    .innerJoin(
      messages,
      sql`${messages.conversationId} = place.conversation_id and ${messages.seq} = place.seq`,
    )
    .innerJoin(users, eq(users.id, messages.senderId))
    .innerJoin(conversations, eq(conversations.id, messages.conversationId))
    .prepare('load_committed');
  return async (places) => {
    const events: MessageCommitted[] = [];
    for (let start = 0; start < places.length; start += CHUNK) {
      const some = places.slice(start, start + CHUNK);
      const found = await statement.execute({
        conversationIds: some.map(({ conversationId }) => conversationId),
        seqs: some.map(({ seq }) => seq),
      });
      for (const { message, sender, row } of found) {
        const users = [row.user1Id, row.user2Id] as const;
        events.push({
          type: 'message',
          message: toMessage(message, sender, row),
          users,
          state: stateOf(row),
        });
      }
    }
    return events;
  };
}
