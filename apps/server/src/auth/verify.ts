import { userId } from '@duet/contract';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { z } from 'zod';
import type { AuthConfig } from '../config.ts';
import { DomainError } from '../domain/error.ts';
import { SESSION_CLAIM } from './issue.ts';

/** What we read from a token that holds. */
export interface Claims {
  readonly subject: string;
  readonly name: string | undefined;
  readonly expiresAt: Date;
  readonly issuedAt: Date | undefined;
  /** Of a local account's session. */
  readonly sessionId: string | undefined;
}

/** @throws DomainError `invalid_token`, `token_expired`, `unavailable` */
export type TokenVerifier = (token: string) => Promise<Claims>;

/** The one check of access tokens; the algorithm is pinned by the configuration, never by the token (PROTOCOL 1.4). */
export function createTokenVerifier(config: AuthConfig): TokenVerifier {
  const verify = config.mode === 'secret' ? verifyWithSecret(config.secret) : verifyWithJwks(config);
  return async (token) => {
    try {
      return toClaims(await verify(token));
    } catch (cause) {
      throw refusal(cause);
    }
  };
}

type Verify = (token: string) => Promise<JWTPayload>;

function verifyWithSecret(secret: Uint8Array): Verify {
  const options: JWTVerifyOptions = { algorithms: ['HS256'], requiredClaims: ['sub', 'exp'] };
  return async (token) => (await jwtVerify(token, secret, options)).payload;
}

function verifyWithJwks(config: AuthConfig & { mode: 'jwks' }): Verify {
  const options: JWTVerifyOptions = {
    algorithms: [...config.algorithms],
    issuer: config.issuer,
    audience: config.audience,
    requiredClaims: ['sub', 'exp'],
  };
  let keys: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined;
  return async (token) => {
    keys ??= findKeys(config);
    keys.catch(() => {
      keys = undefined; // discovery is tried anew with the next token
    });
    return (await jwtVerify(token, await keys, options)).payload;
  };
}

const FETCH_TIMEOUT_MS = 5000;
const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** The key set at its URL, or at the one that the issuer's discovery document names (OpenID Connect Discovery 1.0, 4). */
async function findKeys({ jwksUrl, issuer }: AuthConfig & { mode: 'jwks' }) {
  if (jwksUrl) return createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: FETCH_TIMEOUT_MS });
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const document = discovery.parse(await response.json());
  if (document.issuer !== issuer) throw new Error(`${url} is of another issuer`);
  return createRemoteJWKSet(new URL(document.jwks_uri), { timeoutDuration: FETCH_TIMEOUT_MS });
}

/** The end of JavaScript's time: a token may claim to live longer (ECMA-262, 21.4.1.1). */
const LAST_DATE = 8.64e15;

function toClaims(payload: JWTPayload): Claims {
  const subject = userId.safeParse(payload.sub);
  const session = z.guid().optional().safeParse(payload[SESSION_CLAIM]);
  if (!subject.success || !session.success || payload.exp === undefined)
    throw new DomainError('invalid_token');
  const names = [payload['preferred_username'], payload['username'], payload['name']];
  return {
    subject: subject.data,
    name: names.find((name): name is string => typeof name === 'string' && name.trim() !== ''),
    expiresAt: new Date(Math.min(payload.exp * 1000, LAST_DATE)),
    issuedAt: payload.iat === undefined ? undefined : new Date(Math.min(payload.iat * 1000, LAST_DATE)),
    sessionId: session.data,
  };
}

/** Faults of the token; whatever else goes wrong is ours, or the issuer's. */
const TOKEN_FAULTS = [
  errors.JWTClaimValidationFailed,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
];

function refusal(cause: unknown): DomainError {
  if (cause instanceof DomainError) return cause;
  if (cause instanceof errors.JWTExpired) return new DomainError('token_expired', undefined, { cause });
  if (TOKEN_FAULTS.some((fault) => cause instanceof fault))
    return new DomainError('invalid_token', undefined, { cause });
  return new DomainError('unavailable', 'the keys of the token issuer cannot be read', { cause });
}
