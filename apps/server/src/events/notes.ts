import { conversation, conversationState, user } from '@duet/contract';
import { z } from 'zod';
import type { Note } from './bus.ts';
import { type DomainEvent, type MessageCommitted, topicsOf, type UserPair } from './events.ts';

// Events as they go from node to node. Other nodes may be older or newer: a kind that is not known here is passed over, and what is known
// keeps its shape; a new shape is a new kind.

/** A message that was committed, by its place in the database: what it says is never on a bus. */
export interface MessageNote {
  readonly type: 'message';
  readonly conversationId: string;
  readonly seq: number;
  readonly users: UserPair;
}

/** Some messages of a conversation, between two seqs, both exclusive. */
export interface SeqRange {
  readonly conversationId: string;
  readonly after: number;
  readonly before: number;
}

/** Reads messages that are committed, in any order, and all at once: ranges are to be short. Those that are not there are left out. */
export type LoadCommitted = (ranges: readonly SeqRange[]) => Promise<MessageCommitted[]>;

/** What crosses of an event. */
export type EventNote = MessageNote | Exclude<DomainEvent, MessageCommitted>;

/** What a node says of itself: it lives, it goes, it could not send all that it had to say. */
export type NodeNote = { readonly type: 'alive' } | { readonly type: 'gone' } | { readonly type: 'lost' };

const seq = z.int32().min(0);
const users = z.tuple([z.string(), z.string()]);
const note: z.ZodType<EventNote | NodeNote> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('message'), conversationId: z.guid(), seq, users }),
  z.object({ type: z.literal('conversation'), conversation }),
  z.object({
    type: z.literal('read'),
    conversationId: z.guid(),
    userId: z.string(),
    seq,
    users,
    state: conversationState,
  }),
  z.object({
    type: z.literal('typing'),
    conversationId: z.guid(),
    userId: z.string(),
    peerId: z.string(),
    typing: z.boolean(),
  }),
  z.object({
    type: z.literal('presence'),
    userId: z.string(),
    online: z.boolean(),
    lastSeen: z.string().nullable(),
  }),
  z.object({ type: z.literal('presence_asked'), userId: z.string() }),
  z.object({ type: z.literal('access_ended'), userId: z.string(), sessionId: z.string().nullable() }),
  z.object({ type: z.literal('user_changed'), user }),
  z.object({ type: z.literal('alive') }),
  z.object({ type: z.literal('gone') }),
  z.object({ type: z.literal('lost') }),
]);

export function encodeEvent(event: DomainEvent): Note {
  return { topics: topicsOf(event), text: JSON.stringify(crossing(event)) };
}

export function encodeNodeNote(type: NodeNote['type']): Note {
  return { topics: [], text: JSON.stringify({ type }) };
}

/** @returns undefined for what is not of a kind and shape known here */
export function decodeNote(text: string): EventNote | NodeNote | undefined {
  try {
    return note.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function crossing(event: DomainEvent): EventNote {
  if (event.type !== 'message') return event;
  const { conversation_id: conversationId, seq } = event.message;
  return { type: 'message', conversationId, seq, users: event.users };
}
