import { inArray } from 'drizzle-orm';
import { conversations } from '../../db/schema.ts';
import type { Context } from '../context.ts';

const CHUNK = 1000;

/** How far each of these conversations goes, some at a time; for the hub, which speaks for nobody. */
export async function* readLastSeqs(
  { db }: Context,
  conversationIds: readonly string[],
): AsyncGenerator<{ conversationId: string; lastSeq: number }[]> {
  for (let start = 0; start < conversationIds.length; start += CHUNK) {
    yield await db
      .select({ conversationId: conversations.id, lastSeq: conversations.lastSeq })
      .from(conversations)
      .where(inArray(conversations.id, conversationIds.slice(start, start + CHUNK)));
  }
}
