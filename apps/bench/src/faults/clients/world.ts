import { hash } from 'node:crypto';
import type { Conversation } from '@duet/contract';
import type { ClientEvent, Seen, State, Transport } from '../history/event.ts';
import type { Recorder } from '../history/recorder.ts';
import type { Random } from '../random.ts';

/** A conversation; the first of the two opened it. */
export interface Plan {
  readonly id: string;
  readonly users: readonly [string, string];
}

/** What all devices of a run have in common. */
export interface World {
  readonly recorder: Recorder;
  /** Of the proxies before the servers. */
  readonly ports: readonly number[];
  readonly balancerPort: number;
  readonly counts: { reconnections: number };
  /** New messages, and marks, are made only so long as this is true. */
  isSending: boolean;
}

/** One device, as its own code sees itself. */
export interface Me {
  readonly world: World;
  readonly device: string;
  readonly user: string;
  readonly token: string;
  readonly transport: Transport;
  readonly conversations: readonly Plan[];
  readonly random: Random;
  readonly perSecond: number;
}

/** A device that lives through a run. */
export interface Device {
  readonly me: Me;
  /** How many messages wait to be acknowledged. */
  pending(): number;
  /** The seq up to which it holds a conversation. */
  tailOf(conversationId: string): number;
  /** The state that it holds of a conversation, where it keeps one. */
  stateOf(conversationId: string): State | undefined;
  /** Whatever it waits for before it tries again is waited for no longer. */
  nudge(): void;
  /** Writes down what it holds, and ends. */
  finish(): Promise<void>;
}

/** An event without what `record` knows. */
type Unplaced<E> = E extends ClientEvent ? Omit<E, 'at' | 'device'> : never;

export function record(me: Me, event: Unplaced<ClientEvent>): void {
  me.world.recorder.write({ device: me.device, ...event });
}

/** Of a content, short: what it was is nobody's business afterwards. */
export function hashOf(content: string): string {
  return hash('sha256', content, 'hex').slice(0, 12);
}

export function seenOf(message: {
  seq: number;
  message_id: string;
  sender: { id: string };
  content: string;
}): Seen {
  const { seq, message_id, sender, content } = message;
  return { seq, message: message_id, sender: sender.id, hash: hashOf(content) };
}

/** A conversation as one of its two sees it, in the order of its users. */
export function stateOf(
  conversation: Omit<Conversation, 'last_message' | 'created_at'>,
  user: string,
): State {
  const { last_seq, read_seq, peer_read_seq, unread_count, user1 } = conversation;
  return user1.id === user
    ? { last: last_seq, reads: [read_seq, peer_read_seq], unread: [unread_count, null] }
    : { last: last_seq, reads: [peer_read_seq, read_seq], unread: [null, unread_count] };
}
