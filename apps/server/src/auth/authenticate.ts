import type { User } from '@duet/contract';
import type { Context } from '../domain/context.ts';
import { DomainError } from '../domain/error.ts';
import { provisionUser } from '../domain/users/provision.ts';
import type { EndedAccess } from './ended-access.ts';
import { RecentIdentities } from './recent-identities.ts';
import type { TokenVerifier } from './verify.ts';

/** Who a request or socket is from, until when, and by what it can end before. */
export interface Identity {
  readonly user: User;
  readonly expiresAt: Date;
  /** The session of a local account that the token was issued in. */
  readonly sessionId: string | undefined;
  readonly issuedAt: Date | undefined;
  /** When it was looked up, by `performance.now()`. */
  readonly checkedAt: number;
}

/** @throws DomainError `missing_token`, `invalid_token`, `token_expired`, `unavailable` */
export type Authenticate = (token: string | undefined) => Promise<Identity>;

/** Turns a bearer token into somebody; a subject seen for the first time is provisioned (PROTOCOL 1.4). */
export function createAuthenticate(ctx: Context, verify: TokenVerifier, ended: EndedAccess): Authenticate {
  const recent = new RecentIdentities({ now: () => ctx.now().getTime(), elapsed: () => performance.now() });
  ended.listen((userId) => recent.forget(userId));
  ctx.events.watch(({ type }) => {
    if (type === 'missed') recent.forgetAll();
  });
  return async (token) => {
    if (!token) throw new DomainError('missing_token');
    const known = recent.get(token);
    if (known) return known;
    const { subject, name, expiresAt, sessionId, issuedAt } = await verify(token);
    const checkedAt = performance.now();
    const user = await provisionUser(ctx, { userId: subject, name, sessionId, issuedAt });
    const identity = { user, expiresAt, sessionId, issuedAt, checkedAt };
    if (ended.has(identity)) throw new DomainError('invalid_token'); // meanwhile
    recent.add(token, identity);
    return identity;
  };
}

/** The token of an `Authorization: Bearer` header (RFC 6750, 2.1). */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(\S.*)$/i.exec(header ?? '')?.[1];
}
