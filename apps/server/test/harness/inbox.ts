import type { Conversation, InboxFrame } from '@duet/contract';
import { expect } from 'vitest';
import type { Person } from './server.ts';
import { connectInbox, type TestSocket } from './socket.ts';

export type Inbox = TestSocket<InboxFrame>;
type Frame<T extends InboxFrame['type']> = Extract<InboxFrame, { type: T }>;

/** The next frame of a type; those of other types before it are passed over. */
export async function nextOf<T extends InboxFrame['type']>(inbox: Inbox, type: T): Promise<Frame<T>> {
  for (;;) {
    const frame = await inbox.next();
    if (isOf(frame, type)) return frame;
  }
}
const isOf = <T extends InboxFrame['type']>(frame: InboxFrame, type: T): frame is Frame<T> =>
  frame.type === type;

/** Somebody's inbox, ready. */
export async function inboxOf(person: Person): Promise<Inbox> {
  const inbox = await connectInbox(person.url);
  inbox.send({ type: 'auth', token: person.token });
  expect(await inbox.next()).toMatchObject({ type: 'ready', user: { id: person.id } });
  return inbox;
}

/** What a `sync` names, and how it ends; live frames in between are left out. */
export async function sync(inbox: Inbox, cursor?: string, limit?: number) {
  inbox.send({ type: 'sync', cursor, limit });
  const conversations: Conversation[] = [];
  for (;;) {
    const frame = await inbox.next();
    if (frame.type === 'conversation') conversations.push(frame.conversation);
    if (frame.type === 'synced') return { conversations, ...frame };
  }
}
