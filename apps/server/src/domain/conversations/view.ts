import type { Conversation, User } from '@duet/contract';
import { and, desc, eq, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { conversations, messages, users } from '../../db/schema.ts';
import type { ActorContext, Context } from '../context.ts';
import { toMessage } from '../messages/view.ts';
import type { ConversationRow } from './authorize.ts';

export interface ConversationView {
  readonly view: Conversation;
  readonly activityAt: Date;
}

/** A conversation's row, and what is shown with it. */
export interface ConversationRead {
  readonly row: ConversationRow;
  readonly user1: User;
  readonly user2: User;
  readonly last: typeof messages.$inferSelect | null;
}

/** The conversations that `where` selects, as the actor sees them, latest activity first. */
export async function viewConversations(ctx: ActorContext, where: SQL): Promise<ConversationView[]> {
  const found = await readConversations(ctx, where);
  return found.map((read) => ({ view: viewAs(ctx.actor.id, read), activityAt: read.row.activityAt }));
}

/** The conversations that `where` selects, as nobody in particular sees them, latest activity first. */
export function readConversations({ db }: Context, where: SQL): Promise<ConversationRead[]> {
  const user1 = alias(users, 'user1');
  const user2 = alias(users, 'user2');
  return db
    .select({
      row: conversations,
      user1: { id: user1.id, username: user1.username },
      user2: { id: user2.id, username: user2.username },
      last: messages,
    })
    .from(conversations)
    .innerJoin(user1, eq(user1.id, conversations.user1Id))
    .innerJoin(user2, eq(user2.id, conversations.user2Id))
    .leftJoin(
      messages,
      and(eq(messages.conversationId, conversations.id), eq(messages.seq, conversations.lastSeq)),
    )
    .where(where)
    .orderBy(desc(conversations.activityAt), desc(conversations.id));
}

/** A conversation as one of its two people sees it. */
export function viewAs(userId: string, { row, user1, user2, last }: ConversationRead): Conversation {
  const first = userId === row.user1Id;
  return {
    id: row.id,
    user1,
    user2,
    created_at: row.createdAt.toISOString(),
    last_message: last && toMessage(last, last.senderId === user1.id ? user1 : user2, row),
    last_seq: row.lastSeq,
    unread_count: first ? row.user1Unread : row.user2Unread,
    read_seq: first ? row.user1ReadSeq : row.user2ReadSeq,
    peer_read_seq: first ? row.user2ReadSeq : row.user1ReadSeq,
  };
}
