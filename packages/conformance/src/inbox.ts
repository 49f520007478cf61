import {
  type Conversation,
  type ConversationState,
  type InboxFrame,
  inboxFrame,
  inboxFrames,
} from '@duet/contract';
import { parse } from './check.ts';
import type { Socket } from './wire/socket.ts';

/** A `duet.v1` socket. */
export type Inbox = Socket<InboxFrame>;
type Frame<T extends InboxFrame['type']> = Extract<InboxFrame, { type: T }>;

/** Frames that are not of this protocol are for newer clients (PROTOCOL 7.6). */
export function readInboxFrame(value: unknown): InboxFrame | undefined {
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  if (typeof type === 'string' && !(type in inboxFrames)) return undefined;
  return parse('a frame of duet.v1', inboxFrame, value);
}

/**
 * Whether a frame is for a case with this conversation: not about another one, which others have, nor from before the case, of which the last may
 * still be on its way from another node.
 */
export function isAbout(frame: InboxFrame, own: { id: string; last: number } | undefined): boolean {
  if (frame.type === 'error') return true;
  if (frame.type === 'conversation') {
    const { id, last_seq, read_seq, peer_read_seq } = frame.conversation;
    return id === own?.id && last_seq + read_seq + peer_read_seq > 3 * own.last;
  }
  if (!('conversation_id' in frame)) return true;
  if (frame.conversation_id !== own?.id) return false;
  if (frame.type === 'chat_message') return frame.seq > own.last;
  return frame.type !== 'read' || sumOf(frame.state) > 3 * own.last;
}

/** Of two states of a conversation the one with the greater sum is the later one (PROTOCOL 7.3). */
export function sumOf({ last_seq, read_seqs: [one, other] }: ConversationState): number {
  return last_seq + one + other;
}

/** The next frame of a type; those of other types before it are passed over. */
export async function nextOf<T extends InboxFrame['type']>(
  inbox: Inbox,
  type: T,
  extraMs = 0,
): Promise<Frame<T>> {
  for (;;) {
    const frame = await inbox.next(extraMs);
    if (isOf(frame, type)) return frame;
  }
}
const isOf = <T extends InboxFrame['type']>(frame: InboxFrame, type: T): frame is Frame<T> =>
  frame.type === type;

/** What a `sync` names, and how it ends. A conversation that is opened meanwhile may come live besides: each counts once, the last time. */
export async function sync(inbox: Inbox, cursor?: string, limit?: number) {
  inbox.send({ type: 'sync', cursor, limit });
  const named = new Map<string, Conversation>();
  for (;;) {
    const frame = await inbox.next();
    if (frame.type === 'conversation') named.set(frame.conversation.id, frame.conversation);
    if (frame.type === 'synced') return { ...frame, conversations: [...named.values()] };
  }
}

/** What an inbox heard up to the answer to a `ping`: everything that was on its way. */
export async function heardUntilPong(inbox: Inbox): Promise<InboxFrame[]> {
  inbox.send({ type: 'ping' });
  const frames: InboxFrame[] = [];
  for (;;) {
    const frame = await inbox.next();
    if (frame.type === 'pong') return frames;
    frames.push(frame);
  }
}
