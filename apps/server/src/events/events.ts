import type { Message } from '@duet/contract';

/** A committed fact about a conversation. */
export interface MessageCommitted {
  readonly type: 'message';
  readonly message: Message;
}

export type DomainEvent = MessageCommitted;

/**
 * The port through which committed facts leave the domain.
 *
 * Delivery is a hint: an adapter may lose, repeat or reorder events; whoever listens repairs from the database.
 */
export interface Events {
  publish(event: DomainEvent): void;
  /** @returns a function that ends the subscription */
  subscribe(listener: (event: DomainEvent) => void): () => void;
}
