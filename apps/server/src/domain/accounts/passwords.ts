import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { DomainError } from '../error.ts';
import { createTurns } from './turns.ts';

// argon2id with the library's defaults, which are OWASP's: 19 MiB, 2 passes, 1 lane. Some 20 ms of a core each, so that a crowd at the door must not take them all.

const inTurn = createTurns({
  atOnce: Math.max(1, availableParallelism() - 1),
  waiting: 100,
  onTooMany: () => new DomainError('busy', 'too many sign in at once'),
});

/** A PHC string for a new password. @throws DomainError `busy` */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password.normalize('NFKC')));
}

let decoy: Promise<string> | undefined;

/**
 * Whether the password fits; does the same work when there is nothing to compare with, so that time tells nothing.
 * @throws DomainError `busy`
 */
export async function verifyPassword(stored: string | undefined, password: string): Promise<boolean> {
  decoy ??= hash('nobody has this password');
  const compared = stored ?? (await decoy);
  const matches = await inTurn(() => verify(compared, password.normalize('NFKC')));
  return stored !== undefined && matches;
}
