import { randomUUID } from 'node:crypto';
import type { Session } from '@duet/contract';
import { accounts, users } from '../../db/schema.ts';
import { DomainError } from '../error.ts';
import { usernameKey } from '../users/username-key.ts';
import type { AccountsContext } from './context.ts';
import { hashPassword } from './passwords.ts';
import { startSession } from './start-session.ts';

/**
 * Makes a local account and signs it in (PROTOCOL 3.8).
 * @throws DomainError `username_taken`
 */
export async function register(
  ctx: AccountsContext,
  input: { username: string; password: string },
): Promise<Session> {
  const { username } = input;
  const passwordHash = await hashPassword(input.password);
  return ctx.db.transaction(async (tx) => {
    const [user] = await tx
      .insert(users)
      .values({ id: randomUUID(), username, usernameKey: usernameKey(username), createdAt: ctx.now() })
      .onConflictDoNothing()
      .returning({ id: users.id, username: users.username });
    if (!user) throw new DomainError('username_taken');
    await tx.insert(accounts).values({ userId: user.id, passwordHash });
    return startSession(ctx, tx, user);
  });
}
