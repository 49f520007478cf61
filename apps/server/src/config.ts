import { MESSAGE_MAX_LENGTH } from '@duet/contract';
import { z } from 'zod';
import { DEFAULT_CONNECTIONS, MIN_CONNECTIONS } from './db/connections.ts';
import { DatabaseUrlError, parseDatabaseUrl, withSchema } from './db/url.ts';
import { noTrust, type Trust, trustIn } from './limits/address.ts';
import { type CorsOrigins, isLoopbackHost } from './may-call.ts';
import { StartupError } from './startup-error.ts';
import type { TracingConfig } from './telemetry/tracing.ts';

const int = (min: number, max: number) =>
  z.string().regex(/^\d+$/, 'must be a whole number').transform(Number).pipe(z.int().min(min).max(max));
const onOff = z.enum(['on', 'off']).transform((value) => value === 'on');
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });
/** As a page sends it (RFC 6454, 7). `URL` knows the origins of the web alone, and not `capacitor://localhost` or `tauri://localhost`. */
const origin = z
  .string()
  .refine(
    (value) =>
      /^https?:/i.test(value)
        ? URL.parse(value)?.origin === value
        : /^[a-z][a-z\d+.-]*:\/\/[a-z\d._-]+(:\d+)?$/.test(value),
    'must be origins: scheme, host and port',
  );
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

/** OpenTelemetry's names. */
const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export const databaseUrl = z.string().transform((url, issues) => {
  try {
    parseDatabaseUrl(url);
    return url;
  } catch (error) {
    if (!(error instanceof DatabaseUrlError)) throw error;
    issues.addIssue(error.message);
    return z.NEVER;
  }
});

/** A schema's name as it is written without quotes; those that begin with `pg_` are PostgreSQL's own. */
export const databaseSchema = z
  .string()
  .regex(/^(?!pg_)[a-z_][a-z\d_]{0,62}$/, 'must be a name of small letters, digits and underscores');

/** `URL` takes any text after a percent sign, which then cannot be read as a password. */
const isReadable = (url: string) => {
  try {
    return decodeURIComponent(url) !== '';
  } catch {
    return false;
  }
};
export const natsUrl = z
  .url({ protocol: /^(nats|tls)$/, error: 'must be a nats:// or tls:// URL' })
  .refine((url) => Boolean(URL.parse(url)?.hostname), 'must name a host')
  .refine(isReadable, 'has a percent sign that stands for nothing');

const rateLimits = z
  .string()
  .regex(/^(on|off|\d+(\.\d+)?)$/, 'must be on, off, or a number: how many times the usual limits')
  .transform((value) => (value === 'on' ? 1 : value === 'off' ? Infinity : Number(value)))
  .refine((factor) => factor === Infinity || (factor >= 0.1 && factor <= 1000), 'must be from 0.1 to 1000');
const trust = z.string().transform((value, issues): Trust => {
  try {
    return trustIn(value);
  } catch {
    issues.addIssue('must be the number of proxies, or their addresses or networks');
    return z.NEVER;
  }
});

const environment = z.object({
  PORT: int(0, 65_535).default(8080),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: httpUrl.transform((url) => url.replace(/\/+$/, '')).optional(),
  DATA_DIR: z.string().default('.data'),
  DATABASE_URL: databaseUrl.optional(),
  DATABASE_SCHEMA: databaseSchema.optional(),
  DATABASE_CONNECTIONS: int(MIN_CONNECTIONS, 1000).optional(),
  NATS_URL: natsUrl.optional(),
  JWT_SECRET: z
    .string()
    .refine((value) => Buffer.byteLength(value) >= 32, 'must have at least 32 bytes (RFC 7518, 3.2)')
    .optional(),
  AUTH_JWKS_URL: httpUrl.optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  AUTH_LEEWAY_SECONDS: int(0, 300).optional(),
  AUTH_SERVICE_CLAIM: z.string().max(255).optional(),
  AUTH_ALGORITHMS: list.pipe(z.array(z.enum(ALGORITHMS)).min(1)).optional(),
  LOCAL_ACCOUNTS: onOff.optional(),
  ACCESS_TOKEN_SECONDS: int(1, 86_400).default(900),
  SESSION_DAYS: int(1, 365).default(30),
  RATE_LIMITS: rateLimits.default(1),
  MAX_SOCKETS: int(1, 10_000_000).default(100_000),
  TRUST_PROXY: trust.default(() => noTrust),
  CORS_ORIGINS: list.pipe(z.array(z.union([z.literal('*'), origin]))).optional(),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, 'must have at least 16 characters, and no spaces')
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.transform((url) => url.replace(/\/+$/, '')).optional(),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS).default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  MESSAGE_MAX_LENGTH: int(1, MESSAGE_MAX_LENGTH).default(MESSAGE_MAX_LENGTH),
  SEND_QUEUE_MAX: int(1, 1_000_000).default(10_000),
  HEARTBEAT_SECONDS: int(1, 3600).default(25),
  SHUTDOWN_DELAY_SECONDS: int(0, 3).default(1),
});

const CAN_BE_EMPTY = new Set(['CORS_ORIGINS']);

/** How access tokens are checked: under a shared secret, or under the keys of an issuer. */
export type AuthConfig =
  | { readonly mode: 'secret'; readonly secret: Uint8Array }
  | {
      readonly mode: 'jwks';
      /** Undefined: found through the issuer's discovery document. */
      readonly jwksUrl: string | undefined;
      readonly issuer: string;
      readonly audience: string;
      readonly algorithms: readonly string[];
      /** How far the issuer's clock may be ahead of ours: `nbf` counts from then. */
      readonly leewaySeconds: number;
      /** The claim that makes a token a service's with `service` in it; undefined: none does. */
      readonly serviceClaim: string | undefined;
    };

/** Everything the environment says; durations carry their unit in the name. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly publicUrl: string | undefined;
  /** Undefined: the embedded database, in `dataDir`. */
  readonly databaseUrl: string | undefined;
  /** How many a node takes of PostgreSQL at most. */
  readonly databaseConnections: number;
  /** What joins several nodes; undefined: PostgreSQL does. */
  readonly natsUrl: string | undefined;
  readonly dataDir: string;
  /** `secret: undefined`: the embedded database's own, made on its first start. */
  readonly auth: AuthConfig | { readonly mode: 'secret'; readonly secret: undefined };
  readonly localAccounts: boolean;
  readonly accessTokenSeconds: number;
  readonly sessionSeconds: number;
  /** How many times the usual limits everything may be; infinite: there are none. */
  readonly rateLimitFactor: number;
  readonly maxSockets: number;
  readonly trust: Trust;
  readonly corsOrigins: CorsOrigins;
  /** What whoever reads `/metrics` has to have; undefined: it is not there. */
  readonly metricsToken: string | undefined;
  /** Undefined: nothing is traced. */
  readonly tracing: TracingConfig | undefined;
  readonly logLevel: string;
  readonly messageMaxLength: number;
  readonly sendQueueMax: number;
  readonly heartbeatSeconds: number;
  readonly shutdownDelaySeconds: number;
}

/**
 * Parses the environment. An empty variable counts as unset, but for `CORS_ORIGINS`: there it is nobody.
 * @throws StartupError naming the variable at fault, never its value
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => value !== '' || CAN_BE_EMPTY.has(name)),
  );
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new StartupError(`${issue?.path[0]?.toString() ?? 'environment'}: ${issue?.message ?? 'invalid'}`);
  }
  const e = parsed.data;
  const auth = authOf(e);
  if (auth.mode === 'jwks' && e.LOCAL_ACCOUNTS) {
    throw new StartupError('LOCAL_ACCOUNTS: must be off when tokens come from AUTH_JWKS_URL or AUTH_ISSUER');
  }
  if (e.NATS_URL !== undefined && e.DATABASE_URL === undefined) {
    throw new StartupError('NATS_URL: is for several nodes, which need DATABASE_URL');
  }
  for (const name of ['DATABASE_SCHEMA', 'DATABASE_CONNECTIONS'] as const)
    if (e[name] !== undefined && e.DATABASE_URL === undefined)
      throw new StartupError(`${name}: is only for DATABASE_URL`);
  return {
    port: e.PORT,
    host: e.HOST,
    publicUrl: e.PUBLIC_URL,
    databaseUrl: e.DATABASE_URL && withSchema(e.DATABASE_URL, e.DATABASE_SCHEMA),
    databaseConnections: e.DATABASE_CONNECTIONS ?? DEFAULT_CONNECTIONS,
    natsUrl: e.NATS_URL,
    dataDir: e.DATA_DIR,
    auth,
    localAccounts: e.LOCAL_ACCOUNTS ?? auth.mode === 'secret',
    accessTokenSeconds: e.ACCESS_TOKEN_SECONDS,
    sessionSeconds: e.SESSION_DAYS * 86_400,
    rateLimitFactor: e.RATE_LIMITS,
    maxSockets: e.MAX_SOCKETS,
    trust: e.TRUST_PROXY,
    corsOrigins: e.CORS_ORIGINS ?? (isOfThisMachine(e) ? 'loopback' : []),
    metricsToken: e.METRICS_TOKEN,
    tracing: tracingOf(e),
    logLevel: e.LOG_LEVEL,
    messageMaxLength: e.MESSAGE_MAX_LENGTH,
    sendQueueMax: e.SEND_QUEUE_MAX,
    heartbeatSeconds: e.HEARTBEAT_SECONDS,
    shutdownDelaySeconds: e.SHUTDOWN_DELAY_SECONDS,
  };
}

/** Whether nobody else can reach it, as far as the environment says. */
function isOfThisMachine(e: z.infer<typeof environment>): boolean {
  return isLoopbackHost(e.HOST) && e.PUBLIC_URL === undefined && e.TRUST_PROXY === noTrust;
}

function tracingOf(e: z.infer<typeof environment>): TracingConfig | undefined {
  if (e.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return undefined;
  const followsParent = e.OTEL_TRACES_SAMPLER.startsWith('parentbased_');
  const sampler = e.OTEL_TRACES_SAMPLER.replace('parentbased_', '');
  return {
    endpoint: e.OTEL_EXPORTER_OTLP_ENDPOINT,
    serviceName: e.OTEL_SERVICE_NAME,
    sampler: sampler === 'always_off' || sampler === 'traceidratio' ? sampler : 'always_on',
    followsParent,
    ratio: e.OTEL_TRACES_SAMPLER_ARG,
  };
}

const OF_ISSUER = ['AUTH_AUDIENCE', 'AUTH_LEEWAY_SECONDS', 'AUTH_ALGORITHMS', 'AUTH_SERVICE_CLAIM'] as const;

function authOf(e: z.infer<typeof environment>): Config['auth'] {
  if (e.AUTH_JWKS_URL !== undefined || e.AUTH_ISSUER !== undefined) {
    if (e.JWT_SECRET !== undefined)
      throw new StartupError('JWT_SECRET: excludes AUTH_JWKS_URL and AUTH_ISSUER');
    if (e.AUTH_ISSUER === undefined) throw new StartupError('AUTH_ISSUER: is needed with AUTH_JWKS_URL');
    if (e.AUTH_AUDIENCE === undefined) throw new StartupError('AUTH_AUDIENCE: is needed with AUTH_ISSUER');
    if (e.AUTH_JWKS_URL === undefined && !httpUrl.safeParse(e.AUTH_ISSUER).success) {
      throw new StartupError('AUTH_ISSUER: must be a URL for discovery, or set AUTH_JWKS_URL');
    }
    return {
      mode: 'jwks',
      jwksUrl: e.AUTH_JWKS_URL,
      issuer: e.AUTH_ISSUER,
      audience: e.AUTH_AUDIENCE,
      algorithms: e.AUTH_ALGORITHMS ?? ['RS256', 'ES256', 'EdDSA'],
      leewaySeconds: e.AUTH_LEEWAY_SECONDS ?? 5,
      serviceClaim: e.AUTH_SERVICE_CLAIM,
    };
  }
  for (const name of OF_ISSUER)
    if (e[name] !== undefined) throw new StartupError(`${name}: is only for AUTH_JWKS_URL or AUTH_ISSUER`);
  if (e.JWT_SECRET !== undefined) return { mode: 'secret', secret: new TextEncoder().encode(e.JWT_SECRET) };
  if (e.DATABASE_URL !== undefined) {
    throw new StartupError('JWT_SECRET: is needed with DATABASE_URL (or AUTH_JWKS_URL, or AUTH_ISSUER)');
  }
  return { mode: 'secret', secret: undefined };
}
