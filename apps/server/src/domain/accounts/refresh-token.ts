import { createHash, randomBytes, randomUUID } from 'node:crypto';

// `<session id>.<secret>`: the session is the family, the secret changes with every use, the database holds its hash.

export interface RefreshToken {
  readonly sessionId: string;
  readonly hash: Uint8Array;
}

/** A fresh token of a session, or the first one of a new session. */
export function mintRefreshToken(sessionId: string = randomUUID()): RefreshToken & { token: string } {
  const secret = randomBytes(32).toString('base64url');
  return { sessionId, hash: hashOf(secret), token: `${sessionId}.${secret}` };
}

/** @returns undefined for anything that we cannot have minted */
export function parseRefreshToken(token: string): RefreshToken | undefined {
  const match = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})$/.exec(token);
  if (!match?.[1] || !match[2]) return undefined;
  return { sessionId: match[1], hash: hashOf(match[2]) };
}

function hashOf(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}
