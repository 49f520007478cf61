import type { User } from '@duet/contract';
import { eq } from 'drizzle-orm';
import { users } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { DomainError } from '../error.ts';
import { makeUser } from './make.ts';
import { NAMES, type StoredNames, toUser, usernameOf, usernamesFor } from './names.ts';
import { rename } from './rename.ts';

export interface PutInput {
  readonly id: string;
  readonly username?: string | undefined;
  /** Null: the username is shown. */
  readonly display_name?: string | null | undefined;
}

/**
 * Makes a user known before they come, or changes their names (PROTOCOL 3.12). What is left out stays as it is; a new user without a username
 * gets one made of the name to show.
 * @throws DomainError `username_taken`
 */
export async function putUser(ctx: Context, input: PutInput): Promise<{ user: User; created: boolean }> {
  const known = await find(ctx, input.id);
  if (known) return { user: await change(ctx, known, input), created: false };
  const { id, username, display_name = null } = input;
  const usernames =
    username === undefined ? usernamesFor(id, usernameOf(display_name ?? undefined)) : [username];
  for (const candidate of usernames) {
    const displayName = display_name === candidate ? null : display_name;
    const user = await makeUser(ctx, { id, username: candidate, displayName, namedAt: ctx.now() });
    if (user) return { user, created: true };
    const made = await find(ctx, id); // by a request beside this one
    if (made) return { user: await change(ctx, made, input), created: false };
  }
  throw new DomainError('username_taken');
}

/** The same for many, one after the other. @throws DomainError that names the one it is about */
export async function putUsers(ctx: Context, inputs: readonly PutInput[]): Promise<User[]> {
  const put: User[] = [];
  for (const [i, input] of inputs.entries()) {
    try {
      put.push((await putUser(ctx, input)).user);
    } catch (error) {
      if (!(error instanceof DomainError && error.code === 'username_taken')) throw error;
      const fields = [{ field: `users.${i}.username`, code: error.code, detail: error.message }];
      throw new DomainError(error.code, `users.${i}.username: ${error.message}`, { fields });
    }
  }
  return put;
}

async function change(ctx: Context, known: StoredNames, input: PutInput): Promise<User> {
  const username = input.username ?? known.username;
  const shown = input.display_name === undefined ? known.displayName : input.display_name;
  const displayName = shown === username ? null : shown;
  if (username === known.username && displayName === known.displayName) return toUser(known);
  const names = { id: known.id, username, displayName, namedAt: ctx.now() };
  const user = await rename(ctx, names, { unlessNewer: false });
  if (!user) throw new DomainError('username_taken');
  return user;
}

async function find({ db }: Context, id: string): Promise<StoredNames | undefined> {
  const [found] = await db.select(NAMES).from(users).where(eq(users.id, id));
  return found;
}
