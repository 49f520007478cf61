import type { ConversationState } from '@duet/contract';
import type { Database } from '../../db/client.ts';
import { sqlStateOf, UNIQUE_VIOLATION } from '../../db/errors.ts';
import type { UserPair } from '../../events/events.ts';
import type { Participants } from '../conversations/participants.ts';
import type { Fallback } from '../meter.ts';
import { prepareStoreAny } from './store-any.ts';
import { type Addressed, prepareStoreNew } from './store-new.ts';

/** A message as it is to be stored. */
export interface NewMessage {
  /** In lower case, and of the form of one. */
  readonly conversationId: string;
  readonly senderId: string;
  readonly messageId: string;
  readonly content: string;
}

/** What became of one of a batch. */
export type Stored =
  | {
      /** `repeated`: the sender had sent the very same before; `conflict`: the id belongs to another message. */
      readonly outcome: 'created' | 'repeated' | 'conflict';
      readonly seq: number;
      /** Milliseconds since 1970. */
      readonly timestamp: number;
      readonly users: UserPair;
      readonly state: ConversationState;
    }
  | { readonly outcome: 'not_found' | 'not_participant' };

/**
 * Stores many messages with one statement: all of them, or none if it fails. Those of one conversation get consecutive numbers in the order
 * given; no two of them may have the same `messageId`.
 */
export type Store = (batch: readonly NewMessage[], now: Date) => Promise<Stored[]>;

/**
 * Prepares storing on a database. Nearly every message is new, and its sender known to take part: then the statement is one that takes this for
 * granted. A message that was stored before collides with the unique key, and the whole batch goes through the one that looks.
 * @param onFallback hears why one does
 */
export function prepareStore(
  db: Database,
  participants: Participants,
  onFallback?: (why: Fallback) => void,
): Store {
  const storeNew = prepareStoreNew(db);
  const storeAny = prepareStoreAny(db);
  return async (batch, now) => {
    const addressed = addressedIn(batch, participants);
    if (addressed) {
      try {
        return await storeNew(addressed, now);
      } catch (error) {
        if (sqlStateOf(error) !== UNIQUE_VIOLATION) throw error;
      }
    }
    onFallback?.(addressed ? 'stored_before' : 'unknown_sender');
    const stored = await storeAny(batch, now);
    batch.forEach(({ conversationId }, i) => {
      const one = stored[i];
      if (one && 'users' in one) participants.set(conversationId, one.users);
    });
    return stored;
  };
}

/** Undefined unless all the senders are known to take part. */
function addressedIn(batch: readonly NewMessage[], participants: Participants): Addressed[] | undefined {
  const addressed: Addressed[] = [];
  for (const message of batch) {
    const users = participants.get(message.conversationId);
    if (!users?.includes(message.senderId)) return undefined;
    addressed.push({ message, users });
  }
  return addressed;
}
