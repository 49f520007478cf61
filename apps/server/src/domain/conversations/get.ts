import type { Conversation } from '@duet/contract';
import type { ActorContext } from '../context.ts';
import { DomainError } from '../error.ts';
import { noSuchConversation } from './authorize.ts';
import { isConversationId } from './id.ts';
import { conversationReads, viewAs } from './view.ts';

/**
 * One conversation as the actor sees it (PROTOCOL 3.4).
 * @throws DomainError `not_found`, `not_participant`
 */
export async function getConversation(
  { db, actor }: ActorContext,
  input: { conversation_id: string },
): Promise<Conversation> {
  const id = input.conversation_id;
  const read = isConversationId(id) ? await conversationReads(db).load(id.toLowerCase()) : null;
  if (!read) throw noSuchConversation();
  if (read.user1.id !== actor.id && read.user2.id !== actor.id) throw new DomainError('not_participant');
  return viewAs(actor.id, read);
}
