import { createHash, randomBytes } from 'node:crypto';
import { type User, username as usernameSchema } from '@duet/contract';
import { eq } from 'drizzle-orm';
import { users } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { usernameKey } from './username-key.ts';

/** The user with this id, made on the first sight of a token for it (PROTOCOL 1.4). `name` is only used then. */
export async function provisionUser(ctx: Context, id: string, name: string | undefined): Promise<User> {
  const known = await findById(ctx, id);
  if (known) return known;
  for (const username of candidates(id, name)) {
    const [made] = await ctx.db
      .insert(users)
      .values({ id, username, usernameKey: usernameKey(username), createdAt: ctx.now() })
      .onConflictDoNothing()
      .returning({ id: users.id, username: users.username });
    // Nothing was made: either a request beside this one made the user, or the name is taken.
    const user = made ?? (await findById(ctx, id));
    if (user) return user;
  }
  throw new Error('no free username for a new user');
}

async function findById({ db }: Context, id: string): Promise<User | undefined> {
  const [user] = await db
    .select({ id: users.id, username: users.username })
    .from(users)
    .where(eq(users.id, id));
  return user;
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
