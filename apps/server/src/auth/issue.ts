import type { User } from '@duet/contract';
import { SignJWT } from 'jose';

/** The claim that says in which session a token was issued; `sid` is for whoever else signs with the same secret. */
export const SESSION_CLAIM = 'duet_session';

/** Signs access tokens of local accounts: HS256 under the secret that also verifies them. */
export function createTokenIssuer(secret: Uint8Array, seconds: number) {
  return async (user: User, sessionId: string): Promise<{ access: string; expires_in: number }> => {
    const now = Math.floor(Date.now() / 1000);
    const access = await new SignJWT({ preferred_username: user.username, [SESSION_CLAIM]: sessionId })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(user.id)
      .setIssuedAt(now)
      .setExpirationTime(now + seconds)
      .sign(secret);
    return { access, expires_in: seconds };
  };
}
