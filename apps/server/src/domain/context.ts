import type { KeyObject } from 'node:crypto';
import type { User } from '@duet/contract';
import type { Database } from '../db/client.ts';
import type { Events } from '../events/events.ts';
import { loadDatabaseId } from './conversations/changes.ts';
import { loadConversationKey } from './conversations/id.ts';
import { Participants } from './conversations/participants.ts';
import { createSendQueue, type SendQueue } from './messages/send-queue.ts';
import type { DomainMeter } from './meter.ts';
import type { Trace, Tracer } from './trace.ts';
import { knownUsers } from './users/known.ts';

/** What every verb of the domain works with. */
export interface Context {
  readonly db: Database;
  readonly events: Events;
  readonly now: () => Date;
  readonly sends: SendQueue;
  readonly participants: Participants;
  /** The key of the conversation ids: see `conversations/id.ts`. */
  readonly conversationKey: KeyObject;
  /** Tells this database from every other one: see `conversations/changes.ts`. */
  readonly databaseId: string;
  readonly limits: Limits;
  readonly meter: DomainMeter;
  /** What this is a part of, where it is traced. */
  readonly trace?: Trace | undefined;
}

export interface Limits {
  /** UTF-16 code units, at most the contract's MESSAGE_MAX_LENGTH. */
  readonly messageLength: number;
  /** How many sends may wait for the database. */
  readonly queuedSends: number;
}

/** The same on behalf of somebody. */
export interface ActorContext extends Context {
  readonly actor: User;
}

/** Who watches the domain at work. */
export interface Observers {
  readonly meter: DomainMeter;
  readonly tracer?: Tracer | undefined;
}

/** What all nodes of a database have in common. */
type Identity = Pick<Context, 'conversationKey' | 'databaseId'>;

/**
 * The context of a node, on a database that is migrated.
 * @param batchDb the same database through connections that do not wait long for a lock
 */
export async function createContext(
  { db, batchDb }: { readonly db: Database; readonly batchDb: Database },
  openEvents: (identity: Identity) => Events,
  limits: Limits,
  { meter, tracer }: Observers,
): Promise<Context> {
  const now = () => new Date();
  const conversationKey = await loadConversationKey(db);
  const identity = { conversationKey, databaseId: await loadDatabaseId(db, conversationKey) };
  const events = openEvents(identity);
  knownUsers(db).follow(events);
  const participants = new Participants();
  const sends = createSendQueue({
    db,
    batchDb,
    participants,
    events,
    now,
    limit: limits.queuedSends,
    meter,
    tracer,
  });
  return { ...identity, db, events, now, sends, participants, limits, meter };
}
