import type { Session, User } from '@duet/contract';
import { and, eq, lt } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { sessions } from '../../db/schema.ts';
import type { AccountsContext } from './context.ts';
import { mintRefreshToken } from './refresh-token.ts';

/** A new session of a user, and room made of those that have expired. `db` may be a transaction. */
export async function startSession(ctx: AccountsContext, db: Database, user: User): Promise<Session> {
  const { sessionId, hash, token } = mintRefreshToken();
  const now = ctx.now();
  await db.delete(sessions).where(and(eq(sessions.userId, user.id), lt(sessions.expiresAt, now)));
  await db.insert(sessions).values({
    id: sessionId,
    userId: user.id,
    tokenHash: hash,
    expiresAt: expiry(ctx),
  });
  return { user, refresh: token, ...(await ctx.issueAccessToken(user, sessionId)) };
}

/** When a session that is used now lapses. */
export function expiry(ctx: AccountsContext): Date {
  return new Date(ctx.now().getTime() + ctx.sessionSeconds * 1000);
}
