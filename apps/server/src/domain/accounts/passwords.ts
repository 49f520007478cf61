import { hash, verify } from '@node-rs/argon2';

// argon2id with the library's defaults, which are OWASP's: 19 MiB, 2 passes, 1 lane.

/** A PHC string for a new password. */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'));
}

let decoy: Promise<string> | undefined;

/** Whether the password fits; does the same work when there is nothing to compare with, so that time tells nothing. */
export async function verifyPassword(stored: string | undefined, password: string): Promise<boolean> {
  decoy ??= hashPassword('nobody has this password');
  const matches = await verify(stored ?? (await decoy), password.normalize('NFKC'));
  return stored !== undefined && matches;
}
