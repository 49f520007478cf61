import { createHash, randomBytes } from 'node:crypto';
import { displayName, type User, username } from '@duet/contract';
import { users } from '../../db/schema.ts';

/** The columns of a user that others see. */
export const NAMES = { id: users.id, username: users.username, displayName: users.displayName };

/** A user's names as they are stored: `displayName` is null where the username is shown. */
export interface StoredNames {
  readonly id: string;
  readonly username: string;
  readonly displayName: string | null;
}

export function toUser({ id, username, displayName }: StoredNames): User {
  return { id, username, display_name: displayName ?? username };
}

/** The name itself, then with suffixes that only this id has, then with one that nobody can take before. */
export function* usernamesFor(id: string, wanted: string | undefined): Generator<string> {
  yield* suffixed(id, wanted);
  yield `${stemOf(wanted)}-${randomBytes(8).toString('hex')}`;
}

/** Whether a username is the wanted one, or stands for it because it was taken. */
export function isFor(id: string, wanted: string, username: string): boolean {
  return (
    [...suffixed(id, wanted)].includes(username) ||
    (username.startsWith(`${stemOf(wanted)}-`) && /-[\da-f]{16}$/.test(username))
  );
}

function* suffixed(id: string, wanted: string | undefined): Generator<string> {
  const digest = createHash('sha256').update(id).digest('hex');
  if (wanted !== undefined) yield wanted;
  for (const length of [4, 8]) yield `${stemOf(wanted)}-${digest.slice(0, length)}`;
}

function stemOf(wanted: string | undefined): string {
  return wanted === undefined ? 'user' : wanted.slice(0, 47).toWellFormed().trim();
}

/** The username that another system's name of its user comes nearest to; undefined if nothing is left of it. */
export function usernameOf(name: string | undefined): string | undefined {
  return username.safeParse(cleaned(name, 64)).data;
}

/** The same of a name to show. */
export function displayNameOf(name: string | undefined): string | undefined {
  return displayName.safeParse(cleaned(name, 128)).data;
}

function cleaned(name = '', length: number): string {
  const text = name
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  return text.slice(0, length).toWellFormed().trim();
}
