import type { Conversation } from '@duet/contract';
import type { Context } from '../context.ts';
import { readConversations, viewAs } from './view.ts';

/** A conversation, and one of its two people. */
export interface Viewer {
  readonly userId: string;
  readonly conversationId: string;
}

const CHUNK = 100;

/** Conversations as each of these people sees theirs, some at a time; for the hub, which speaks for nobody. */
export async function* viewEach(
  { db }: Context,
  viewers: readonly Viewer[],
): AsyncGenerator<{ userId: string; conversation: Conversation }[]> {
  for (let start = 0; start < viewers.length; start += CHUNK) {
    const some = viewers.slice(start, start + CHUNK);
    const ids = [...new Set(some.map(({ conversationId }) => conversationId))];
    const found = await readConversations(db)(ids);
    const byId = new Map(found.map((read) => [read.id, read]));
    yield some.flatMap(({ userId, conversationId }) => {
      const read = byId.get(conversationId);
      return read ? { userId, conversation: viewAs(userId, read) } : [];
    });
  }
}
