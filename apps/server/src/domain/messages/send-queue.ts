import { setTimeout as sleep } from 'node:timers/promises';
import type { ConversationState, Message, User } from '@duet/contract';
import type { Database } from '../../db/client.ts';
import { sqlStateOf, UNIQUE_VIOLATION, wasTried } from '../../db/errors.ts';
import type { Events, MessageCommitted } from '../../events/events.ts';
import type { Participants } from '../conversations/participants.ts';
import type { DomainMeter } from '../meter.ts';
import { toTimestamp } from '../timestamp.ts';
import type { Trace, Tracer } from '../trace.ts';
import { type KnownUsers, knownUsers } from '../users/known.ts';
import { GroupCommit } from './group-commit.ts';
import { type NewMessage, prepareStore, type Store, type Stored } from './store.ts';
import { isRead } from './view.ts';

/** A message to be stored, and who sends it. */
export interface Send {
  readonly sender: User;
  readonly message: NewMessage;
  /** What it is a part of, where it is traced. */
  readonly trace: Trace | undefined;
}

/** What became of it. */
export type Sent =
  | {
      /** `retried`: it is there, by this very send maybe: the answer to its first try got lost. */
      readonly outcome: 'created' | 'repeated' | 'retried';
      readonly message: Message;
      readonly state: ConversationState;
    }
  | { readonly outcome: 'conflict' | 'not_found' | 'not_participant' };

/** Where sends wait for their commit, many at a time. */
export type SendQueue = GroupCommit<Send, Sent>;

export interface SendQueueOptions {
  readonly db: Database;
  /** The same database through connections that do not wait long for a lock. */
  readonly batchDb: Database;
  readonly participants: Participants;
  readonly events: Events;
  readonly now: () => Date;
  /** How many sends may wait before others are refused as `busy`. */
  readonly limit: number;
  readonly meter: DomainMeter;
  readonly tracer: Tracer | undefined;
}

/** Two batches: the next one is prepared, and executed, while one commits. */
const LIMITS = { batches: 2, batchItems: 500, batchBytes: 4 * 1024 * 1024, bytes: 64 * 1024 * 1024 };
/** What a send holds besides its text, about. */
const OVERHEAD_BYTES = 500;
/** Sends that the span of a batch leads to, at most. */
const MAX_LINKS = 32;

/** Taken by a send with the same id that committed meanwhile; a deadlock; not serializable. */
const TRANSIENT = [UNIQUE_VIOLATION, '40P01', '40001'];
/** The connection was ended by an operator. */
const ENDED = '57P01';
/** The same, and: a lock that is not to be had, a statement that took too long. */
const OF_ONE = [...TRANSIENT, '55P03', '57014'];
/** The driver hands out a connection that broke until it has seen it close, which is some events later. */
const RETRY_AFTER_MS = 20;
/** Classes of SQLSTATE that are about the data itself: bad values, violated constraints. */
const OF_DATA = ['22', '23'];

/** Sends on their way into a database. Those that commit together are published together, before their senders hear of it. */
export function createSendQueue({
  db,
  batchDb,
  participants,
  events,
  now,
  limit,
  meter,
  tracer,
}: SendQueueOptions): SendQueue {
  const names = knownUsers(db);
  const observed = async (store: Store, batch: readonly Send[]): Promise<Stored[]> => {
    const span = tracer?.begin('messages.commit', {
      kind: 'internal',
      links: batch.flatMap(({ trace }) => trace ?? []).slice(0, MAX_LINKS),
      attributes: { 'duet.batch.messages': batch.length },
    });
    const began = performance.now();
    try {
      const messages = batch.map(({ message }) => message);
      const stored = await store(messages, now());
      meter.batchCommitted(batch.length, (performance.now() - began) / 1000);
      span?.end();
      return stored;
    } catch (error) {
      meter.batchFailed(error);
      span?.end(sqlStateOf(error) ?? 'no_answer');
      throw error;
    }
  };
  const storeAndPublish = (store: Store) => async (batch: readonly Send[], isRetry: boolean) => {
    const stored = await observed(store, batch);
    const committed: MessageCommitted[] = [];
    const sent = batch.map((send, i) => toSent(send, stored[i], isRetry, names, committed));
    events.publish(committed);
    return sent;
  };
  return new GroupCommit<Send, Sent>({
    doBatch: storeAndPublish(prepareStore(batchDb, participants, meter.fellBack)),
    doAlone: storeAndPublish(prepareStore(db, participants, meter.fellBack)),
    keyOf: ({ message }) => message.conversationId,
    idOf: ({ message }) => message.messageId,
    sizeOf: ({ message }) => message.content.length + OVERHEAD_BYTES,
    // No answer: it may have been committed, and then it is found again.
    isTransient: (error) => wasTried(error) && [...TRANSIENT, ENDED].includes(sqlStateOf(error) ?? ENDED),
    beforeRetry: () => sleep(RETRY_AFTER_MS),
    isOfOne: (error) => {
      const state = sqlStateOf(error);
      return state !== undefined && (OF_ONE.includes(state) || OF_DATA.includes(state.slice(0, 2)));
    },
    limits: { ...LIMITS, items: limit },
  });
}

/** @param committed takes the event of it, of a repeated one too: the first try may have died between its commit and the event */
function toSent(
  { sender, message }: Send,
  stored: Stored | undefined,
  isRetry: boolean,
  names: KnownUsers,
  committed: MessageCommitted[],
): Sent {
  if (!stored) throw new Error('a message of a batch was not accounted for');
  if (!('seq' in stored)) return stored;
  const { outcome, seq, timestamp, users, state } = stored;
  if (outcome === 'conflict') return { outcome };
  const sent = {
    message_id: message.messageId,
    conversation_id: message.conversationId,
    seq,
    // A socket may be older than the sender's names.
    sender: names.get(sender.id) ?? sender,
    content: message.content,
    timestamp: toTimestamp(timestamp),
    read: isRead(seq, sender.id === users[0], state),
  };
  committed.push({ type: 'message', message: sent, users, state });
  return { outcome: isRetry && outcome === 'repeated' ? 'retried' : outcome, message: sent, state };
}
