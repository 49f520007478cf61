import { type Conversation, type InboxFrame, inboxFrame, inboxFrames } from '@duet/contract';
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

export function conversationOf(frame: InboxFrame): string | undefined {
  if ('conversation' in frame) return frame.conversation.id;
  return 'conversation_id' in frame ? frame.conversation_id : undefined;
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

/** What a `sync` names, and how it ends. */
export async function sync(inbox: Inbox, cursor?: string, limit?: number) {
  inbox.send({ type: 'sync', cursor, limit });
  const conversations: Conversation[] = [];
  for (;;) {
    const frame = await inbox.next();
    if (frame.type === 'conversation') conversations.push(frame.conversation);
    if (frame.type === 'synced') return { ...frame, conversations };
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
