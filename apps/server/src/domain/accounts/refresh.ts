import type { Session } from '@duet/contract';
import { and, eq, gt, type SQL } from 'drizzle-orm';
import { sessions, users } from '../../db/schema.ts';
import { DomainError } from '../error.ts';
import { NAMES, toUser } from '../users/names.ts';
import type { AccountsContext } from './context.ts';
import { endSession } from './end-session.ts';
import { mintRefreshToken, parseRefreshToken } from './refresh-token.ts';
import { expiry } from './start-session.ts';

/** So long a token that was used may be used again, if what came of it was not: the answer got lost. */
const LOST_ANSWER_MS = 10_000;

/**
 * Trades a refresh token for a new session pair. A token that was used before revokes its whole family, for one of its two holders is a thief (PROTOCOL 3.8;
 * RFC 9700, 4.14.2); but for the last one, a moment after. That gets another successor, and the one before it works no more: so there is never more than one, and
 * the holder of the other shows at its next use.
 * @throws DomainError `invalid_refresh_token`
 */
export async function refreshSession(ctx: AccountsContext, input: { refresh: string }): Promise<Session> {
  const presented = parseRefreshToken(input.refresh);
  if (!presented) throw new DomainError('invalid_refresh_token');
  const ofFamily = eq(sessions.id, presented.sessionId);
  const successor = mintRefreshToken(presented.sessionId);
  const now = ctx.now();
  // The race between two holders is decided by the WHERE clause: only one of them still finds its hash.
  const replace = async (found: SQL | undefined, used: Partial<typeof sessions.$inferInsert>) => {
    const [session] = await ctx.db
      .update(sessions)
      .set({ tokenHash: successor.hash, expiresAt: expiry(ctx), ...used })
      .where(and(ofFamily, gt(sessions.expiresAt, now), found))
      .returning({ userId: sessions.userId });
    return session;
  };
  const isMomentAgo = gt(sessions.usedAt, new Date(now.getTime() - LOST_ANSWER_MS));
  const session =
    (await replace(eq(sessions.tokenHash, presented.hash), { previousHash: presented.hash, usedAt: now })) ??
    (await replace(and(eq(sessions.previousHash, presented.hash), isMomentAgo), {}));
  if (!session) {
    await endSession(ctx, ofFamily);
    throw new DomainError('invalid_refresh_token');
  }
  const [user] = await ctx.db.select(NAMES).from(users).where(eq(users.id, session.userId));
  if (!user) throw new DomainError('invalid_refresh_token');
  const issued = await ctx.issueAccessToken(toUser(user), presented.sessionId);
  return { user: toUser(user), refresh: successor.token, ...issued };
}
