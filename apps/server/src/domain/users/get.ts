import type { User } from '@duet/contract';
import { eq, inArray } from 'drizzle-orm';
import { users } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { DomainError } from '../error.ts';
import { NAMES, toUser } from './names.ts';

/** @throws DomainError `not_found` */
export async function getUser({ db }: Context, input: { user_id: string }): Promise<User> {
  const [found] = await db.select(NAMES).from(users).where(eq(users.id, input.user_id));
  if (!found) throw new DomainError('not_found', 'no such user');
  return toUser(found);
}

/** Those of these users that there are, each once, in the order of the ids. */
export async function getUsers({ db }: Context, ids: readonly string[]): Promise<User[]> {
  const found = await db
    .select(NAMES)
    .from(users)
    .where(inArray(users.id, [...ids]));
  const byId = new Map(found.map((user) => [user.id, toUser(user)]));
  return [...new Set(ids)].flatMap((id) => byId.get(id) ?? []);
}
