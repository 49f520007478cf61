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
  ctx.events.subscribe((events) => {
    for (const event of events) if (event.type === 'user_changed') recent.forget(event.user.id);
  });
  return async (token) => {
    if (!token) throw new DomainError('missing_token');
    const known = recent.get(token);
    if (known) return known;
    const { subject: userId, isService, expiresAt, ...claims } = await verify(token);
    if (isService) throw new DomainError('forbidden', 'a service is no user');
    const { sessionId, issuedAt } = claims;
    const checkedAt = performance.now();
    const user = await provisionUser(ctx, { userId, ...claims });
    const identity = { user, expiresAt, sessionId, issuedAt, checkedAt };
    if (ended.has(identity)) throw new DomainError('invalid_token'); // meanwhile
    recent.add(token, identity);
    return identity;
  };
}

/** @returns the subject. @throws DomainError `missing_token`, `invalid_token`, `token_expired`, `forbidden`, `unavailable` */
export type AuthenticateService = (token: string | undefined) => Promise<string>;

/** Takes the tokens of the operator's own back end alone (PROTOCOL 1.6). */
export function createAuthenticateService(verify: TokenVerifier): AuthenticateService {
  return async (token) => {
    if (!token) throw new DomainError('missing_token');
    const { subject, isService } = await verify(token);
    if (!isService) throw new DomainError('forbidden', 'only a service may do this');
    return subject;
  };
}

/** The token of an `Authorization: Bearer` header (RFC 6750, 2.1). */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(\S.*)$/i.exec(header ?? '')?.[1];
}
