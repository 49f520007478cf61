import type { User } from '@duet/contract';
import type { Database } from '../db/client.ts';
import type { Events } from '../events/events.ts';

/** What every verb of the domain works with. */
export interface Context {
  readonly db: Database;
  readonly events: Events;
  readonly now: () => Date;
  /** The key of the conversation ids: see `conversations/id.ts`. */
  readonly conversationKey: Uint8Array;
  /** Tells this database from every other one: see `conversations/changes.ts`. */
  readonly databaseId: string;
  readonly limits: Limits;
}

export interface Limits {
  /** UTF-16 code units, at most the contract's MESSAGE_MAX_LENGTH. */
  readonly messageLength: number;
}

/** The same on behalf of somebody. */
export interface ActorContext extends Context {
  readonly actor: User;
}
