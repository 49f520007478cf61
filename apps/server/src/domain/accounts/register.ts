import { randomUUID } from 'node:crypto';
import type { Session } from '@duet/contract';
import { accounts } from '../../db/schema.ts';
import { DomainError } from '../error.ts';
import { makeUser } from '../users/make.ts';
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
    const names = { id: randomUUID(), username, displayName: null, namedAt: ctx.now() };
    const user = await makeUser({ ...ctx, db: tx }, names);
    if (!user) throw new DomainError('username_taken');
    await tx.insert(accounts).values({ userId: user.id, passwordHash });
    return startSession(ctx, tx, user);
  });
}
