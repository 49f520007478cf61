import { userId } from '@duet/contract';
import { errors, type JSONWebKeySet, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { z } from 'zod';
import type { AuthConfig } from '../config.ts';
import { DomainError } from '../domain/error.ts';
import { rarely } from '../rarely.ts';
import { SESSION_CLAIM } from './issue.ts';
import { issuerKeys } from './issuer-keys.ts';

/** What we read from a token that holds. */
export interface Claims {
  readonly subject: string;
  /** What the user is called. */
  readonly username: string | undefined;
  /** The name to show. */
  readonly displayName: string | undefined;
  /** It is the operator's own back end's (PROTOCOL 1.6). */
  readonly isService: boolean;
  readonly expiresAt: Date;
  readonly issuedAt: Date | undefined;
  /** Of a local account's session. */
  readonly sessionId: string | undefined;
}

/** @throws DomainError `invalid_token`, `token_expired`, `unavailable` */
export type TokenVerifier = (token: string) => Promise<Claims>;

/** Where it is told that keys cannot be read. */
export interface VerifierLog {
  warn(about: object, message: string): void;
}

/** The one check of access tokens; the algorithm is pinned by the configuration, never by the token (PROTOCOL 1.4). */
export function createTokenVerifier(config: AuthConfig, log: VerifierLog): TokenVerifier {
  const verify = config.mode === 'secret' ? verifyWithSecret(config.secret) : verifyWithJwks(config, log);
  return async (token) => {
    try {
      return toClaims(await verify(token), serviceClaimOf(config));
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

function verifyWithJwks(config: AuthConfig & { mode: 'jwks' }, log: VerifierLog): Verify {
  const options: JWTVerifyOptions = {
    algorithms: [...config.algorithms],
    issuer: config.issuer,
    audience: config.audience,
    requiredClaims: ['sub', 'exp'],
    clockTolerance: config.leewaySeconds,
  };
  const mayTell = rarely(TOLD_EVERY_MS);
  const keys = issuerKeys({
    read: () => readKeys(config),
    onFailure: (err) => {
      if (mayTell('issuer')) log.warn({ err }, 'the keys of the token issuer cannot be read');
    },
    elapsed: () => performance.now(),
  });
  return async (token) => {
    const { payload } = await jwtVerify(token, keys, options);
    // The leeway is for a token that comes early. To a late one a socket would close at once.
    if ((payload.exp ?? 0) * 1000 <= Date.now())
      throw new errors.JWTExpired('"exp" has passed', payload, 'exp');
    return payload;
  };
}

/** An issuer that stays away is told of as often. */
const TOLD_EVERY_MS = 30_000;
const FETCH_TIMEOUT_MS = 5000;
const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** The key set at its URL, or at the one that the issuer's discovery document names (OpenID Connect Discovery 1.0, 4). */
async function readKeys({ jwksUrl, issuer }: AuthConfig & { mode: 'jwks' }): Promise<JSONWebKeySet> {
  if (jwksUrl) return keySet.parse(await readJson(jwksUrl));
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const document = discovery.parse(await readJson(url, 'follow'));
  if (document.issuer !== issuer) throw new Error(`${url} is of another issuer`);
  return keySet.parse(await readJson(document.jwks_uri));
}

async function readJson(url: string, redirect: 'error' | 'follow' = 'error'): Promise<unknown> {
  const response = await fetch(url, { redirect, signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}

/** The end of JavaScript's time: a token may claim to live longer (ECMA-262, 21.4.1.1). */
const LAST_DATE = 8.64e15;

/** In tokens under the shared secret. In those of an issuer, which anybody may have a say in, the operator names the claim. */
const SERVICE_CLAIM = 'duet_role';
const SERVICE_ROLE = 'service';

function serviceClaimOf(config: AuthConfig): string | undefined {
  return config.mode === 'secret' ? SERVICE_CLAIM : config.serviceClaim;
}

function toClaims(payload: JWTPayload, serviceClaim: string | undefined): Claims {
  const subject = userId.safeParse(payload.sub);
  const session = z.guid().optional().safeParse(payload[SESSION_CLAIM]);
  if (!subject.success || !session.success || payload.exp === undefined)
    throw new DomainError('invalid_token');
  const { preferred_username, username, name } = payload;
  const roles = serviceClaim === undefined ? [] : [payload[serviceClaim]].flat();
  return {
    subject: subject.data,
    username: [preferred_username, username, name].find(isName),
    displayName: isName(name) ? name : undefined,
    isService: session.data === undefined && roles.includes(SERVICE_ROLE),
    expiresAt: new Date(Math.min(payload.exp * 1000, LAST_DATE)),
    issuedAt: payload.iat === undefined ? undefined : new Date(Math.min(payload.iat * 1000, LAST_DATE)),
    sessionId: session.data,
  };
}

function isName(claim: unknown): claim is string {
  return typeof claim === 'string' && claim.trim() !== '';
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
