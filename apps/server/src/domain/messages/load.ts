import type { Message } from '@duet/contract';
import { and, asc, eq, gt, lt } from 'drizzle-orm';
import { conversations, messages, users } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { toMessage } from './view.ts';

/** The messages between two seqs, both exclusive, oldest first; for the hub, which speaks for nobody. At most 1,000 at a time. */
export async function loadMessages(
  { db }: Context,
  conversationId: string,
  range: { after: number; before: number },
): Promise<Message[]> {
  const rows = await db
    .select({ message: messages, sender: { id: users.id, username: users.username }, markers: conversations })
    .from(messages)
    .innerJoin(users, eq(users.id, messages.senderId))
    .innerJoin(conversations, eq(conversations.id, messages.conversationId))
    .where(
      and(
        eq(messages.conversationId, conversationId),
        gt(messages.seq, range.after),
        lt(messages.seq, range.before),
      ),
    )
    .orderBy(asc(messages.seq))
    .limit(1000);
  return rows.map(({ message, sender, markers }) => toMessage(message, sender, markers));
}
