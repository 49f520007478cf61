import type { Session } from '@duet/contract';
import { eq } from 'drizzle-orm';
import { accounts, users } from '../../db/schema.ts';
import { DomainError } from '../error.ts';
import { NAMES, toUser } from '../users/names.ts';
import { usernameKey } from '../users/username-key.ts';
import type { AccountsContext } from './context.ts';
import { verifyPassword } from './passwords.ts';
import { startSession } from './start-session.ts';

/** Access that was ended, and may begin again, does so within this. */
const MOMENT_MS = 60_000;

/**
 * Signs in with a password (PROTOCOL 3.8). A name without an account costs the same work as a wrong password, and the same limits hold for it.
 * @throws DomainError `invalid_credentials`, `rate_limited`, `busy`
 */
export async function signIn(
  ctx: AccountsContext,
  input: { username: string; password: string },
  address: string,
): Promise<Session> {
  const name = usernameKey(input.username);
  const wasRight = await ctx.guesses.begin(name, address);
  const [found] = await ctx.db
    .select({
      ...NAMES,
      passwordHash: accounts.passwordHash,
      validFrom: users.tokensValidFrom,
    })
    .from(users)
    .innerJoin(accounts, eq(accounts.userId, users.id))
    .where(eq(users.usernameKey, name));
  const matches = await verifyPassword(found?.passwordHash, input.password);
  // Whose access was ended for good gets no token: none would be accepted.
  const isShut = found?.validFrom && found.validFrom.getTime() > ctx.now().getTime() + MOMENT_MS;
  if (!found || !matches || isShut) throw new DomainError('invalid_credentials');
  wasRight();
  return startSession(ctx, ctx.db, toUser(found));
}
