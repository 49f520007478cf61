import type { Conversation } from '@duet/contract';
import { eq } from 'drizzle-orm';
import { conversations } from '../../db/schema.ts';
import type { ActorContext } from '../context.ts';
import { DomainError } from '../error.ts';
import { noSuchConversation } from './authorize.ts';
import { isConversationId } from './id.ts';
import { viewConversations } from './view.ts';

/**
 * One conversation as the actor sees it (PROTOCOL 3.4).
 * @throws DomainError `not_found`, `not_participant`
 */
export async function getConversation(
  ctx: ActorContext,
  input: { conversation_id: string },
): Promise<Conversation> {
  const id = input.conversation_id;
  const [found] = isConversationId(id) ? await viewConversations(ctx, eq(conversations.id, id)) : [];
  if (!found) throw noSuchConversation();
  const { user1, user2 } = found.view;
  if (user1.id !== ctx.actor.id && user2.id !== ctx.actor.id) throw new DomainError('not_participant');
  return found.view;
}
