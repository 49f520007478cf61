import type { User } from '@duet/contract';
import { and, eq, isNull, lte, or, sql } from 'drizzle-orm';
import { sqlStateOf, UNIQUE_VIOLATION } from '../../db/errors.ts';
import { users } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import type { NewUser } from './make.ts';
import { NAMES, toUser } from './names.ts';
import { usernameKey } from './username-key.ts';

/**
 * Gives a user other names, and tells every node (PROTOCOL 1.4).
 * @param unlessNewer leaves names alone that are from later than these
 * @returns undefined when nothing was changed: the username is somebody else's, or the names are newer
 */
export async function rename(
  ctx: Context,
  { id, username, displayName, namedAt }: NewUser,
  { unlessNewer }: { unlessNewer: boolean },
): Promise<User | undefined> {
  const key = usernameKey(username);
  const isOlder = or(isNull(users.namedAt), namedAt ? lte(users.namedAt, namedAt) : undefined);
  const isFree = sql`not exists (select from ${users} as other where other.username_key = ${key} and other.id <> ${id})`;
  try {
    const [renamed] = await ctx.db
      .update(users)
      .set({ username, usernameKey: key, displayName, namedAt })
      .where(and(eq(users.id, id), isFree, unlessNewer ? isOlder : undefined))
      .returning(NAMES);
    if (!renamed) return undefined;
    const user = toUser(renamed);
    ctx.events.publish([{ type: 'user_changed', user }]);
    return user;
  } catch (error) {
    // Somebody took the name at the same moment.
    if (sqlStateOf(error) === UNIQUE_VIOLATION) return undefined;
    throw error;
  }
}
