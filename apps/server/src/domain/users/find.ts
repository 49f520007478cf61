import type { User } from '@duet/contract';
import { and, asc, gte, lt, ne } from 'drizzle-orm';
import { users } from '../../db/schema.ts';
import type { ActorContext } from '../context.ts';
import { NAMES, toUser } from './names.ts';
import { usernameKey } from './username-key.ts';

/** Comes after whatever a name can go on with. */
const LAST = '\u{10ffff}';

/** Users whose name begins with `search`, in order of name, without the actor (PROTOCOL 3.9). */
export async function findUsers(
  { db, actor }: ActorContext,
  input: { search?: string | undefined; limit: number },
): Promise<User[]> {
  const prefix = usernameKey(input.search ?? '');
  const found = await db
    .select(NAMES)
    .from(users)
    .where(and(ne(users.id, actor.id), gte(users.usernameKey, prefix), lt(users.usernameKey, prefix + LAST)))
    .orderBy(asc(users.usernameKey))
    .limit(input.limit);
  return found.map(toUser);
}
