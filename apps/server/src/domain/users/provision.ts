import { createHash, randomBytes } from 'node:crypto';
import { type User, username as usernameSchema } from '@duet/contract';
import { eq } from 'drizzle-orm';
import { users } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { DomainError } from '../error.ts';
import { type Grant, holds, standingOf } from './grant.ts';
import { usernameKey } from './username-key.ts';

/** What a token says; the name is only used when its user is new. */
export interface Presented extends Grant {
  readonly name: string | undefined;
}

/**
 * The user of a token, made on its first sight (PROTOCOL 1.4).
 * @throws DomainError `invalid_token` when this access was ended
 */
export async function provisionUser(ctx: Context, presented: Presented): Promise<User> {
  const { userId: id, name, sessionId } = presented;
  const known = await find(ctx, presented);
  if (known) return known;
  if (sessionId !== undefined) throw new DomainError('invalid_token');
  for (const username of candidates(id, name)) {
    const [made] = await ctx.db
      .insert(users)
      .values({ id, username, usernameKey: usernameKey(username), createdAt: ctx.now() })
      .onConflictDoNothing()
      .returning({ id: users.id, username: users.username });
    // Nothing was made: either a request beside this one made the user, or the name is taken.
    const user = made ?? (await find(ctx, presented));
    if (user) return user;
  }
  throw new Error('no free username for a new user');
}

async function find({ db }: Context, presented: Presented): Promise<User | undefined> {
  const [found] = await db
    .select({ id: users.id, username: users.username, ...standingOf(presented) })
    .from(users)
    .where(eq(users.id, presented.userId));
  if (!found) return undefined;
  if (!holds(presented, found)) throw new DomainError('invalid_token');
  return { id: found.id, username: found.username };
}

/** The name itself, then with suffixes that only this id has, then with one that nobody can take before. */
function* candidates(id: string, name: string | undefined): Generator<string> {
  const digest = createHash('sha256').update(id).digest('hex');
  const base = cleaned(name ?? '');
  if (base !== undefined) yield base;
  const stem = base === undefined ? 'user' : base.slice(0, 47).toWellFormed().trim();
  for (const length of [4, 8]) yield `${stem}-${digest.slice(0, length)}`;
  yield `${stem}-${randomBytes(8).toString('hex')}`;
}

/** Whatever another system calls its user, as a username of ours; undefined if nothing is left of it. */
function cleaned(name: string): string | undefined {
  const candidate = name
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 64)
    .toWellFormed()
    .trim();
  return usernameSchema.safeParse(candidate).data;
}
