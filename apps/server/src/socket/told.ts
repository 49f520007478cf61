import type { ConversationState } from '@duet/contract';
import type { DomainEvent } from '../events/events.ts';

/**
 * How far this node's inboxes were told of each conversation lately: since the turn before the last. Of two states the one with the greater
 * sum is the later (PROTOCOL 7.3).
 */
export class Told {
  #before = new Map<string, number>();
  #now = new Map<string, number>();

  /** What was told before the last turn is forgotten. */
  turn(): void {
    this.#before = this.#now;
    this.#now = new Map();
  }

  rememberEvent(event: DomainEvent): void {
    if (event.type === 'message') this.remember(event.message.conversation_id, event.state);
    if (event.type === 'read') this.remember(event.conversationId, event.state);
    if (event.type === 'conversation') this.remember(event.conversation.id, NOTHING);
  }

  /** The inboxes of both sides were told this state, or a later one. */
  remember(conversationId: string, state: ConversationState): void {
    this.#now.set(conversationId, Math.max(sumOf(state), this.#now.get(conversationId) ?? 0));
  }

  /** Whether the inboxes were told this state, or a later one. */
  knows(conversationId: string, state: ConversationState): boolean {
    const told = this.#now.get(conversationId) ?? this.#before.get(conversationId);
    return told !== undefined && told >= sumOf(state);
  }
}

/** A conversation that was opened, before anything is in it. */
const NOTHING: ConversationState = { last_seq: 0, read_seqs: [0, 0], unread_counts: [0, 0] };

function sumOf({ last_seq, read_seqs: [one, other] }: ConversationState): number {
  return last_seq + one + other;
}
