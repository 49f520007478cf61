import type { Session } from '@duet/contract';
import { and, eq, gt } from 'drizzle-orm';
import { sessions, users } from '../../db/schema.ts';
import { DomainError } from '../error.ts';
import type { AccountsContext } from './context.ts';
import { endSession } from './end-session.ts';
import { mintRefreshToken, parseRefreshToken } from './refresh-token.ts';
import { expiry } from './start-session.ts';

/**
 * Trades a refresh token for a new session pair. A token that was used before revokes its whole family: one of its two holders
 * is a thief (PROTOCOL 3.8; RFC 9700, 4.14.2).
 * @throws DomainError `invalid_refresh_token`
 */
export async function refreshSession(ctx: AccountsContext, input: { refresh: string }): Promise<Session> {
  const presented = parseRefreshToken(input.refresh);
  if (!presented) throw new DomainError('invalid_refresh_token');
  const ofFamily = eq(sessions.id, presented.sessionId);
  const successor = mintRefreshToken(presented.sessionId);
  // The race between two holders is decided by the WHERE clause: only one of them still finds its hash.
  const [session] = await ctx.db
    .update(sessions)
    .set({ tokenHash: successor.hash, expiresAt: expiry(ctx) })
    .where(and(ofFamily, eq(sessions.tokenHash, presented.hash), gt(sessions.expiresAt, ctx.now())))
    .returning({ userId: sessions.userId });
  if (!session) {
    await endSession(ctx, ofFamily);
    throw new DomainError('invalid_refresh_token');
  }
  const [user] = await ctx.db
    .select({ id: users.id, username: users.username })
    .from(users)
    .where(eq(users.id, session.userId));
  if (!user) throw new DomainError('invalid_refresh_token');
  return { user, refresh: successor.token, ...(await ctx.issueAccessToken(user, presented.sessionId)) };
}
