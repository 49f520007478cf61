import { randomUUID } from 'node:crypto';
import type { ConversationState, Message } from '@duet/contract';
import { and, eq, notExists, or, sql } from 'drizzle-orm';
import { isUniqueViolation } from '../../db/errors.ts';
import { CURRENT_XID, conversations, messages } from '../../db/schema.ts';
import type { UserPair } from '../../events/events.ts';
import type { ActorContext } from '../context.ts';
import { authorize } from '../conversations/authorize.ts';
import { isConversationId } from '../conversations/id.ts';
import { stateOf } from '../conversations/state.ts';
import { DomainError } from '../error.ts';
import { toMessage } from './view.ts';

export interface SendInput {
  readonly conversation_id: string;
  readonly content: string;
  readonly message_id?: string | undefined;
}

/** The message, the conversation's state with it, and whether this call sent it. */
export interface SentMessage {
  readonly message: Message;
  readonly state: ConversationState;
  readonly created: boolean;
}

type IdentifiedSend = SendInput & { readonly message_id: string };

/**
 * Sends a message: once, however often it is tried with the same `message_id` (PROTOCOL 3.6). Resolves after the commit.
 * @returns `created: false` and the original when the message was sent before
 * @throws DomainError `not_found`, `not_participant`, `conflict`, `invalid_request`
 */
export async function sendMessage(ctx: ActorContext, input: SendInput): Promise<SentMessage> {
  if (input.content.length > ctx.limits.messageLength) {
    throw DomainError.invalid('content', `must not be longer than ${ctx.limits.messageLength} characters`);
  }
  const { users, ...sent } = await store(ctx, { ...input, message_id: input.message_id ?? randomUUID() });
  // A repeated message is published too: the first try may have died between its commit and this line.
  ctx.events.publish([{ type: 'message', message: sent.message, users, state: sent.state }]);
  return sent;
}

async function store(ctx: ActorContext, input: IdentifiedSend): Promise<SentMessage & { users: UserPair }> {
  const id = input.conversation_id;
  const row = isConversationId(id) ? await insertOnce(ctx, input) : undefined;
  const stored = row?.inserted ?? row?.repeated;
  if (row && stored?.senderId === ctx.actor.id && stored.content === input.content) {
    const markers = row.raised ?? row.before;
    return {
      message: toMessage(stored, ctx.actor, markers),
      state: stateOf(markers),
      users: [markers.user1Id, markers.user2Id],
      created: row.inserted !== null,
    };
  }
  await authorize(ctx, id); // throws if that is why nothing was inserted
  throw new DomainError('conflict');
}

/** Inserts, or finds the message that has the id already. */
async function insertOnce(ctx: ActorContext, input: IdentifiedSend) {
  try {
    return await insertOrFind(ctx, input);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    // Another send with this id committed while ours waited for the row: now it can be seen.
    return insertOrFind(ctx, input);
  }
}

/** One statement: unless the id is taken, raise the conversation's counters under its row's lock and insert at the new seq. */
async function insertOrFind({ db, actor, now }: ActorContext, input: IdentifiedSend) {
  const id = input.conversation_id;
  const c = conversations;
  const repeated = db.$with('repeated').as(
    db
      .select()
      .from(messages)
      .where(and(eq(messages.conversationId, id), eq(messages.messageId, input.message_id))),
  );
  const raised = db.$with('raised').as(
    db
      .update(c)
      .set({
        lastSeq: sql`${c.lastSeq} + 1`,
        // Never backwards, though the clocks of nodes differ.
        activityAt: sql`greatest(${c.activityAt}, ${now().toISOString()}::timestamptz)`,
        user1Unread: sql`${c.user1Unread} + (${c.user1Id} <> ${actor.id})::int`,
        user2Unread: sql`${c.user2Unread} + (${c.user2Id} <> ${actor.id})::int`,
        changedXid: CURRENT_XID,
      })
      .where(
        and(
          eq(c.id, id),
          or(eq(c.user1Id, actor.id), eq(c.user2Id, actor.id)),
          notExists(db.select({ one: sql`1` }).from(repeated)),
        ),
      )
      .returning(),
  );
  const inserted = db.$with('inserted').as(
    db
      .insert(messages)
      .select(
        db
          .select({
            conversationId: raised.id,
            seq: raised.lastSeq,
            messageId: sql`${input.message_id}::uuid`.as('message_id'),
            senderId: sql`${actor.id}::text`.as('sender_id'),
            content: sql`${input.content}::text`.as('content'),
            timestamp: raised.activityAt,
          })
          .from(raised),
      )
      .returning(),
  );
  const [row] = await db
    .with(repeated, raised, inserted)
    .select({
      before: c,
      raised: { ...raised._.selectedFields },
      inserted: { ...inserted._.selectedFields },
      repeated: { ...repeated._.selectedFields },
    })
    .from(c)
    .leftJoin(raised, eq(raised.id, c.id))
    .leftJoin(inserted, eq(inserted.conversationId, c.id))
    .leftJoin(repeated, eq(repeated.conversationId, c.id))
    .where(eq(c.id, id));
  return row;
}
