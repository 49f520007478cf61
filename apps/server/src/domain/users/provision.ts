import type { User } from '@duet/contract';
import { eq } from 'drizzle-orm';
import { users } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { DomainError } from '../error.ts';
import { type Grant, holds, standingOf } from './grant.ts';
import { makeUser } from './make.ts';
import { displayNameOf, isFor, NAMES, type StoredNames, toUser, usernameOf, usernamesFor } from './names.ts';
import { rename } from './rename.ts';

/** What a token says. */
export interface Presented extends Grant {
  /** What the user is called, of which the username is made. */
  readonly username: string | undefined;
  /** The name to show. */
  readonly displayName: string | undefined;
}

interface Known extends StoredNames {
  readonly namedAt: Date | null;
}

/**
 * The user of a token, made on its first sight, with the names that it says (PROTOCOL 1.4).
 * @throws DomainError `invalid_token` when this access was ended
 */
export async function provisionUser(ctx: Context, presented: Presented): Promise<User> {
  const known = await find(ctx, presented);
  // A local account is called what it was registered as, whatever its tokens remember.
  if (presented.sessionId !== undefined) {
    if (!known) throw new DomainError('invalid_token');
    return toUser(known);
  }
  const wanted = wantedOf(presented);
  const namedAt = namedAtOf(ctx, presented);
  if (known && (isSettled(known, wanted) || isNewer(known, namedAt))) return toUser(known);
  return settle(ctx, presented, { ...wanted, namedAt }, known);
}

/** The names that a token asks for, cleaned to what they may be. */
interface Wanted {
  readonly username: string | undefined;
  readonly displayName: string | undefined;
}

function wantedOf({ username, displayName }: Presented): Wanted {
  return { username: usernameOf(username), displayName: displayNameOf(displayName) };
}

/** When a token's names were right: as it was issued, but not in the future. Null: it does not say, and whoever does knows better. */
function namedAtOf(ctx: Context, { issuedAt }: Presented): Date | null {
  const now = ctx.now();
  return issuedAt && issuedAt > now ? now : (issuedAt ?? null);
}

function isNewer(known: Known, namedAt: Date | null): boolean {
  return known.namedAt !== null && (namedAt === null || known.namedAt > namedAt);
}

/** Whether a user is called already as a token says, as far as it says anything. */
function isSettled(known: Known, wanted: Wanted): boolean {
  const { id, username } = known;
  if (wanted.username !== undefined && !isFor(id, wanted.username, username)) return false;
  return displayOf(known, wanted, username) === known.displayName;
}

/** What is stored as the name to show beside a username. Whose wanted username was taken is still shown by it. */
function displayOf(known: Known | undefined, wanted: Wanted, username: string): string | null {
  const own = known?.displayName ?? null;
  const isOwn = known && own !== null && !isFor(known.id, own, known.username);
  const shown = wanted.displayName ?? (isOwn ? own : (wanted.username ?? own));
  return shown === username ? null : shown;
}

async function settle(
  ctx: Context,
  presented: Presented,
  wanted: Wanted & { readonly namedAt: Date | null },
  before: Known | undefined,
): Promise<User> {
  const { userId: id } = presented;
  const { namedAt } = wanted;
  let known = before;
  const usernames =
    known && wanted.username === undefined ? [known.username] : usernamesFor(id, wanted.username);
  for (const username of usernames) {
    const names = { id, username, displayName: displayOf(known, wanted, username), namedAt };
    const user = known ? await rename(ctx, names, { unlessNewer: true }) : await makeUser(ctx, names);
    if (user) return user;
    // Nothing was done: either a request beside this one did it, or the name is taken.
    known = await find(ctx, presented);
    if (known && (isSettled(known, wanted) || isNewer(known, namedAt))) return toUser(known);
  }
  if (known) return toUser(known);
  throw new Error('no free username for a new user');
}

async function find({ db }: Context, presented: Presented): Promise<Known | undefined> {
  const [found] = await db
    .select({ ...NAMES, namedAt: users.namedAt, ...standingOf(presented) })
    .from(users)
    .where(eq(users.id, presented.userId));
  if (found && !holds(presented, found)) throw new DomainError('invalid_token');
  return found;
}
