import type { User } from '@duet/contract';
import type { Context } from '../domain/context.ts';
import { DomainError } from '../domain/error.ts';
import { provisionUser } from '../domain/users/provision.ts';
import { RecentIdentities } from './recent-identities.ts';
import type { TokenVerifier } from './verify.ts';

/** Who a request or socket is from, and until when. */
export interface Identity {
  readonly user: User;
  readonly expiresAt: Date;
}

/** @throws DomainError `missing_token`, `invalid_token`, `token_expired`, `unavailable` */
export type Authenticate = (token: string | undefined) => Promise<Identity>;

/** Turns a bearer token into somebody; a subject seen for the first time is provisioned (PROTOCOL 1.4). */
export function createAuthenticate(ctx: Context, verify: TokenVerifier): Authenticate {
  const recent = new RecentIdentities(() => ctx.now().getTime());
  return async (token) => {
    if (!token) throw new DomainError('missing_token');
    const known = recent.get(token);
    if (known) return known;
    const { subject, name, expiresAt } = await verify(token);
    const identity = { user: await provisionUser(ctx, subject, name), expiresAt };
    recent.add(token, identity);
    return identity;
  };
}

/** The token of an `Authorization: Bearer` header (RFC 6750, 2.1). */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(\S.*)$/i.exec(header ?? '')?.[1];
}
