import { eq } from 'drizzle-orm';
import { sessions, users } from '../../db/schema.ts';
import type { Context } from '../context.ts';

/** Until then nobody lives. */
const FOR_GOOD = new Date('9999-12-31T00:00:00.000Z');
const SECOND_MS = 1000;

/**
 * Ends somebody's access at once: no token that was issued before now is accepted any more, all sessions are over, and their sockets are closed
 * (PROTOCOL 1.4). Tokens tell the second in which they were issued, so those of this second are refused, too.
 * @param forGood no token that is issued later is accepted either, until this is called again without it
 * @returns whether there is such a user
 */
export async function endAccess(ctx: Context, input: { userId: string; forGood: boolean }): Promise<boolean> {
  const nextSecond = new Date((Math.floor(ctx.now().getTime() / SECOND_MS) + 1) * SECOND_MS);
  const found = await ctx.db
    .update(users)
    .set({ tokensValidFrom: input.forGood ? FOR_GOOD : nextSecond })
    .where(eq(users.id, input.userId))
    .returning({ id: users.id });
  if (found.length === 0) return false;
  await ctx.db.delete(sessions).where(eq(sessions.userId, input.userId));
  ctx.events.publish([{ type: 'access_ended', userId: input.userId, sessionId: null }]);
  return true;
}
