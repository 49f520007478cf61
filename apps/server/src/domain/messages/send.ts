import { randomUUID } from 'node:crypto';
import type { ConversationState, Message } from '@duet/contract';
import type { ActorContext } from '../context.ts';
import { noSuchConversation } from '../conversations/authorize.ts';
import { isConversationId } from '../conversations/id.ts';
import { DomainError } from '../error.ts';

export interface SendInput {
  readonly conversation_id: string;
  readonly content: string;
  readonly message_id?: string | undefined;
}

/** The message, the conversation's state with it, and whether this call sent it; undefined when the database's answer to that got lost. */
export interface SentMessage {
  readonly message: Message;
  readonly state: ConversationState;
  readonly created: boolean | undefined;
}

/**
 * Sends a message: once, however often it is tried with the same `message_id` (PROTOCOL 3.6). Resolves after the commit. What one conversation
 * is sent is stored in the order of the calls.
 * @returns `created: false` and the original when the message was sent before
 * @throws DomainError `not_found`, `not_participant`, `conflict`, `invalid_request`, `busy`
 */
export async function sendMessage(ctx: ActorContext, input: SendInput): Promise<SentMessage> {
  const { conversation_id, content, message_id = randomUUID() } = input;
  if (content.length > ctx.limits.messageLength) {
    throw DomainError.invalid('content', `must not be longer than ${ctx.limits.messageLength} characters`);
  }
  if (!isConversationId(conversation_id)) throw noSuchConversation();
  const sent = await ctx.sends.add({
    sender: ctx.actor,
    trace: ctx.trace,
    message: {
      conversationId: conversation_id.toLowerCase(),
      senderId: ctx.actor.id,
      messageId: message_id,
      content,
    },
  });
  ctx.meter.sent(sent?.outcome ?? 'busy');
  if (!sent) throw new DomainError('busy');
  if (sent.outcome === 'not_found') throw noSuchConversation();
  if (!('message' in sent)) throw new DomainError(sent.outcome);
  const created = sent.outcome === 'retried' ? undefined : sent.outcome === 'created';
  return { message: sent.message, state: sent.state, created };
}
