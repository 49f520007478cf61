import type { User } from '@duet/contract';
import { users } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { NAMES, toUser } from './names.ts';
import { usernameKey } from './username-key.ts';

export interface NewUser {
  readonly id: string;
  readonly username: string;
  readonly displayName: string | null;
  /** From when the names are; null where nobody says. */
  readonly namedAt: Date | null;
}

/** Makes a user. @returns undefined when there is one with this id, or the username is taken */
export async function makeUser(ctx: Context, user: NewUser): Promise<User | undefined> {
  const [made] = await ctx.db
    .insert(users)
    .values({ ...user, usernameKey: usernameKey(user.username), createdAt: ctx.now() })
    .onConflictDoNothing()
    .returning(NAMES);
  return made && toUser(made);
}
