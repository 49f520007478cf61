import type { ConversationState, Message, User } from '@duet/contract';
import type { Database } from '../../db/client.ts';
import { sqlStateOf, UNIQUE_VIOLATION, wasTried } from '../../db/errors.ts';
import type { Events, MessageCommitted } from '../../events/events.ts';
import type { Participants } from '../conversations/participants.ts';
import { toTimestamp } from '../timestamp.ts';
import { GroupCommit } from './group-commit.ts';
import { type NewMessage, prepareStore, type Store, type Stored } from './store.ts';
import { isRead } from './view.ts';

/** A message to be stored, and who sends it. */
export interface Send {
  readonly sender: User;
  readonly message: NewMessage;
}

/** What became of it. */
export type Sent =
  | {
      readonly outcome: 'created' | 'repeated';
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
}

/** Two batches: the next one is prepared, and executed, while one commits. */
const LIMITS = { batches: 2, batchItems: 500, batchBytes: 4 * 1024 * 1024, bytes: 64 * 1024 * 1024 };
/** What a send holds besides its text, about. */
const OVERHEAD_BYTES = 500;

/** Taken by a send with the same id that committed meanwhile; a deadlock; not serializable. */
const TRANSIENT = [UNIQUE_VIOLATION, '40P01', '40001'];
/** The connection was ended by an operator. */
const ENDED = '57P01';
/** The same, and: a lock that is not to be had, a statement that took too long. */
const OF_ONE = [...TRANSIENT, '55P03', '57014'];
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
}: SendQueueOptions): SendQueue {
  const storeAndPublish = (store: Store) => async (batch: readonly Send[]) => {
    const stored = await store(
      batch.map(({ message }) => message),
      now(),
    );
    const committed: MessageCommitted[] = [];
    const sent = batch.map((send, i) => toSent(send, stored[i], committed));
    events.publish(committed);
    return sent;
  };
  return new GroupCommit<Send, Sent>({
    doBatch: storeAndPublish(prepareStore(batchDb, participants)),
    doAlone: storeAndPublish(prepareStore(db, participants)),
    keyOf: ({ message }) => message.conversationId,
    idOf: ({ message }) => message.messageId,
    sizeOf: ({ message }) => message.content.length + OVERHEAD_BYTES,
    // No answer: it may have been committed, and then it is found again.
    isTransient: (error) => wasTried(error) && [...TRANSIENT, ENDED].includes(sqlStateOf(error) ?? ENDED),
    isOfOne: (error) => {
      const state = sqlStateOf(error);
      return state !== undefined && (OF_ONE.includes(state) || OF_DATA.includes(state.slice(0, 2)));
    },
    limits: { ...LIMITS, items: limit },
  });
}

/** @param committed takes the event of it, of a repeated one too: the first try may have died between its commit and the event */
function toSent({ sender, message }: Send, stored: Stored | undefined, committed: MessageCommitted[]): Sent {
  if (!stored) throw new Error('a message of a batch was not accounted for');
  if (!('seq' in stored)) return stored;
  const { outcome, seq, timestamp, users, state } = stored;
  if (outcome === 'conflict') return { outcome };
  const sent = {
    message_id: message.messageId,
    conversation_id: message.conversationId,
    seq,
    sender: { id: sender.id, username: sender.username },
    content: message.content,
    timestamp: toTimestamp(timestamp),
    read: isRead(seq, sender.id === users[0], state),
  };
  committed.push({ type: 'message', message: sent, users, state });
  return { outcome, message: sent, state };
}
