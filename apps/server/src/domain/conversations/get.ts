import type { Conversation } from '@duet/contract';
import { eq } from 'drizzle-orm';
import { conversations } from '../../db/schema.ts';
import type { ActorContext } from '../context.ts';
import { DomainError } from '../error.ts';
import { authorize } from './authorize.ts';
import { viewConversations } from './view.ts';

/**
 * One conversation as the actor sees it (PROTOCOL 3.4).
 * @throws DomainError `not_found`, `not_participant`
 */
export async function getConversation(
  ctx: ActorContext,
  input: { conversation_id: string },
): Promise<Conversation> {
  const { id } = await authorize(ctx, input.conversation_id);
  const [found] = await viewConversations(ctx, eq(conversations.id, id));
  if (!found) throw new DomainError('not_found', 'no such conversation');
  return found.view;
}
