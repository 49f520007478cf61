import type { Message } from '@duet/contract';
import { and, asc, desc, eq, gt, lt } from 'drizzle-orm';
import { messages, users } from '../../db/schema.ts';
import type { ActorContext } from '../context.ts';
import { authorize } from '../conversations/authorize.ts';
import { toMessage } from './view.ts';

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
  ctx: ActorContext,
  input: MessageRange & { conversation_id: string },
): Promise<MessageWindow> {
  const { conversation_id, ...range } = input;
  const row = await authorize(ctx, conversation_id);
  const found = await ctx.db
    .select({ message: messages, sender: { id: users.id, username: users.username } })
    .from(messages)
    .innerJoin(users, eq(users.id, messages.senderId))
    .where(
      and(
        eq(messages.conversationId, row.id),
        range.before === undefined ? undefined : lt(messages.seq, range.before),
        range.after === undefined ? undefined : gt(messages.seq, range.after),
      ),
    )
    .orderBy(range.order === 'asc' ? asc(messages.seq) : desc(messages.seq))
    .limit(range.limit);
  const page = found.map(({ message, sender }) => toMessage(message, sender, row));
  return { messages: page, ...neighbours(range, page, row.lastSeq) };
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
