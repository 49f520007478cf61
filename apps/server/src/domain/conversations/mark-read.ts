import type { ConversationState } from '@duet/contract';
import { sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { CURRENT_XID, conversations, eraOf, messages } from '../../db/schema.ts';
import type { ActorContext } from '../context.ts';
import { DomainError } from '../error.ts';
import { perDatabase } from '../per-database.ts';
import { noSuchConversation } from './authorize.ts';
import { isConversationId } from './id.ts';

/**
 * Marks everything up to `seq` as read by the actor; never backwards, never beyond the last message (PROTOCOL 3.7).
 * @returns where the marker is now, and whether this moved it
 * @throws DomainError `not_found`, `not_participant`
 */
export async function markRead(
  ctx: ActorContext,
  input: { conversation_id: string; seq: number },
): Promise<{ seq: number; state: ConversationState; moved: boolean }> {
  if (!isConversationId(input.conversation_id)) throw noSuchConversation();
  const conversationId = input.conversation_id.toLowerCase();
  const [row] = await statement(ctx.db).execute({ conversationId, actorId: ctx.actor.id, seq: input.seq });
  if (!row) throw noSuchConversation();
  const { user1, user2, lastSeq, seq, moved, read1, read2, unread1, unread2 } = row;
  if (user1 !== ctx.actor.id && user2 !== ctx.actor.id) throw new DomainError('not_participant');
  const state: ConversationState = {
    last_seq: lastSeq,
    read_seqs: [read1, read2],
    unread_counts: [unread1, unread2],
  };
  ctx.meter.readMarked(moved);
  if (moved) {
    const users = [user1, user2] as const;
    ctx.events.publish([{ type: 'read', conversationId, userId: ctx.actor.id, users, seq, state }]);
  }
  return { seq, state, moved };
}

/**
 * One statement: lock the row, count what the marker passes (a message once in its life, however small the steps), move the marker.
 *
 * It sees the messages that were there when it began. Others may be committed while it waits for the row, and the row then counts them; so the
 * marker goes no further than the last one that was there.
 */
const statement = perDatabase((db: Database) => {
  const c = conversations;
  const m = messages;
  const [id, actor, seq] = [
    sql`${sql.placeholder('conversationId')}::uuid`,
    sql`${sql.placeholder('actorId')}::text`,
    sql`${sql.placeholder('seq')}::int`,
  ];
  const locked = db.$with('locked', {}).as(sql`
    select *, user1_id = ${actor} as first, case user1_id when ${actor} then user1_read_seq else user2_read_seq end as before,
      least(${seq}, (select seen.last_seq from ${c} as seen where seen.id = ${id})) as target
    from ${c} where ${c.id} = ${id} for update`);
  const passed = db.$with('passed', {}).as(sql`
    select count(*)::int as total from ${m} where ${m.conversationId} = ${id} and ${m.senderId} <> ${actor}
      and ${m.seq} > (select before from locked) and ${m.seq} <= (select target from locked)`);
  const after = db.$with('after', {}).as(sql`
    select user1_id, user2_id, last_seq, greatest(before, target) as seq,
      target > before and ${actor} in (user1_id, user2_id) as moved,
      case when first then greatest(before, target) else user1_read_seq end as read1,
      case when first then user2_read_seq else greatest(before, target) end as read2,
      user1_unread - case when first then total else 0 end as unread1,
      user2_unread - case when first then 0 else total end as unread2
    from locked, passed`);
  const moved = db.$with('moved', {}).as(sql`
    update ${c} set user1_read_seq = read1, user2_read_seq = read2, user1_unread = unread1, user2_unread = unread2,
      changed_xid = ${CURRENT_XID}, changed_era = ${eraOf(CURRENT_XID)}
    from after where ${c.id} = ${id} and moved`);
  return db
    .with(locked, passed, after, moved)
    .select({
      user1: sql<string>`user1_id`,
      user2: sql<string>`user2_id`,
      lastSeq: sql<number>`last_seq`,
      seq: sql<number>`seq`,
      moved: sql<boolean>`moved`,
      read1: sql<number>`read1`,
      read2: sql<number>`read2`,
      unread1: sql<number>`unread1`,
      unread2: sql<number>`unread2`,
    })
    .from(sql`after`)
    .prepare('mark_read');
});
