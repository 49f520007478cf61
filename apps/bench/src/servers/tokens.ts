import { SignJWT } from 'jose';

export const JWT_SECRET = 'a secret of the benchmark, 32 bytes long at least';

const key = new TextEncoder().encode(JWT_SECRET);

/** A token as an identity provider would sign it, good for a day. */
export function mintToken(userId: string): Promise<string> {
  return new SignJWT({ preferred_username: userId })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setExpirationTime('1 day')
    .sign(key);
}
