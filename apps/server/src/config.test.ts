import { expect, test } from 'vitest';
import { parseConfig } from './config.ts';

const JWT_SECRET = 'x'.repeat(32);
const DATABASE_URL = 'postgres://somebody:hidden@db.example/duet';
const AUTH = { AUTH_ISSUER: 'https://id.example', AUTH_AUDIENCE: 'duet' };

test('nothing set is a server for one machine', () => {
  expect(parseConfig({ PORT: '', UNRELATED: 'x' })).toMatchObject({
    port: 8080,
    host: '127.0.0.1',
    databaseUrl: undefined,
    dataDir: '.data',
    auth: { mode: 'secret', secret: undefined },
    localAccounts: true,
    corsOrigins: 'loopback',
    metricsToken: undefined,
    tracing: undefined,
  });
});

test('everything set is what it says', () => {
  expect(
    parseConfig({
      DATABASE_URL,
      JWT_SECRET,
      NATS_URL: 'nats://somebody:hidden@nats.example',
      LOCAL_ACCOUNTS: 'off',
      CORS_ORIGINS: 'https://a.example, http://b.example:5173',
    }),
  ).toMatchObject({
    databaseUrl: DATABASE_URL,
    natsUrl: 'nats://somebody:hidden@nats.example',
    auth: { mode: 'secret' },
    localAccounts: false,
    corsOrigins: ['https://a.example', 'http://b.example:5173'],
  });
  expect(
    parseConfig({ ...AUTH, AUTH_ALGORITHMS: 'ES256,EdDSA', PUBLIC_URL: 'https://chat.example/' }),
  ).toMatchObject({
    auth: {
      mode: 'jwks',
      issuer: 'https://id.example',
      audience: 'duet',
      jwksUrl: undefined,
      algorithms: ['ES256', 'EdDSA'],
      leewaySeconds: 5,
    },
    localAccounts: false,
    publicUrl: 'https://chat.example',
  });
});

test('traces are sampled as OpenTelemetry’s variables say', () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel.example:4318/' };
  expect(parseConfig(endpoint).tracing).toEqual({
    endpoint: 'http://otel.example:4318',
    serviceName: undefined,
    sampler: 'always_on',
    followsParent: true,
    ratio: 1,
  });
  const sampler = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' };
  expect(parseConfig({ ...endpoint, ...sampler }).tracing).toMatchObject({
    sampler: 'traceidratio',
    followsParent: false,
    ratio: 0.25,
  });
});

test('limits hold once unless it is said otherwise, and nobody in front is believed', () => {
  expect(parseConfig({})).toMatchObject({ rateLimitFactor: 1, maxSockets: 100_000 });
  expect(parseConfig({}).trust('127.0.0.1', 0)).toBe(false);
  expect(parseConfig({ RATE_LIMITS: 'on' }).rateLimitFactor).toBe(1);
  expect(parseConfig({ RATE_LIMITS: '2.5' }).rateLimitFactor).toBe(2.5);
  expect(parseConfig({ RATE_LIMITS: 'off' }).rateLimitFactor).toBe(Infinity);
  expect(parseConfig({ TRUST_PROXY: '1' }).trust('192.0.2.1', 0)).toBe(true);
});

test.each<[Record<string, string>, readonly string[] | 'loopback']>([
  [{}, 'loopback'],
  [{ HOST: 'localhost' }, 'loopback'],
  [{ HOST: '127.0.0.2' }, 'loopback'],
  [{ HOST: '::1' }, 'loopback'],
  [{ PUBLIC_URL: '', TRUST_PROXY: '' }, 'loopback'],
  [{ CORS_ORIGINS: '' }, []],
  [{ CORS_ORIGINS: ' , ' }, []],
  [{ CORS_ORIGINS: '*' }, ['*']],
  [{ HOST: '0.0.0.0' }, []],
  [{ HOST: '::' }, []],
  [{ HOST: '192.168.0.1' }, []],
  [{ HOST: 'localhost.example' }, []],
  [{ HOST: '127.0.0.1.example' }, []],
  [{ PUBLIC_URL: 'https://chat.example' }, []],
  [{ TRUST_PROXY: 'loopback' }, []],
  [{ TRUST_PROXY: '0' }, []],
])(
  'pages of this machine may call while nobody else can reach it, and nothing is said: %o',
  (env, origins) => {
    expect(parseConfig(env).corsOrigins).toEqual(origins);
  },
);

test.each([
  [{ PORT: 'http' }, 'PORT: must be a whole number'],
  [{ PORT: '70000' }, 'PORT: '],
  [{ PORT: '-1' }, 'PORT: '],
  [{ JWT_SECRET: 'short' }, 'JWT_SECRET: must have at least 32 bytes'],
  [{ DATABASE_URL: 'mysql://x', JWT_SECRET }, 'DATABASE_URL: must be a postgres:// URL'],
  [{ DATABASE_URL: 'postgres://', JWT_SECRET }, 'DATABASE_URL: must name a database'],
  [{ DATABASE_URL: 'postgres://db.example/', JWT_SECRET }, 'DATABASE_URL: must name a database'],
  [{ DATABASE_URL }, 'JWT_SECRET: is needed with DATABASE_URL'],
  [{ NATS_URL: 'nats://nats.example' }, 'NATS_URL: is for several nodes, which need DATABASE_URL'],
  [
    { DATABASE_URL, JWT_SECRET, NATS_URL: 'http://hidden@nats.example' },
    'NATS_URL: must be a nats:// or tls',
  ],
  [{ DATABASE_URL, JWT_SECRET, NATS_URL: 'nats://' }, 'NATS_URL: '],
  [{ DATABASE_URL, JWT_SECRET, NATS_URL: 'nats://a:hidden%@nats.example' }, 'NATS_URL: has a percent sign'],
  [{ AUTH_JWKS_URL: 'https://id.example/keys' }, 'AUTH_ISSUER: is needed'],
  [{ AUTH_ISSUER: 'https://id.example' }, 'AUTH_AUDIENCE: is needed'],
  [{ AUTH_ISSUER: 'my-issuer', AUTH_AUDIENCE: 'duet' }, 'AUTH_ISSUER: must be a URL'],
  [{ AUTH_AUDIENCE: 'duet' }, 'AUTH_AUDIENCE: is only for'],
  [{ AUTH_ALGORITHMS: 'RS256' }, 'AUTH_ALGORITHMS: is only for'],
  [{ AUTH_SERVICE_CLAIM: 'roles' }, 'AUTH_SERVICE_CLAIM: is only for'],
  [{ ...AUTH, AUTH_ALGORITHMS: 'HS256' }, 'AUTH_ALGORITHMS: '],
  [{ ...AUTH, AUTH_ALGORITHMS: 'none' }, 'AUTH_ALGORITHMS: '],
  [{ ...AUTH, JWT_SECRET }, 'JWT_SECRET: excludes'],
  [{ ...AUTH, LOCAL_ACCOUNTS: 'on' }, 'LOCAL_ACCOUNTS: must be off'],
  [{ LOCAL_ACCOUNTS: 'yes' }, 'LOCAL_ACCOUNTS: '],
  [{ CORS_ORIGINS: 'https://a.example/path' }, 'CORS_ORIGINS: '],
  [{ PUBLIC_URL: 'chat.example' }, 'PUBLIC_URL: must be an http or https URL'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL: '],
  [{ METRICS_TOKEN: 'hidden' }, 'METRICS_TOKEN: must have at least 16 characters'],
  [
    { METRICS_TOKEN: 'hidden in many words' },
    'METRICS_TOKEN: must have at least 16 characters, and no spaces',
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'hidden:4317' },
    'OTEL_EXPORTER_OTLP_ENDPOINT: must be an http or https URL',
  ],
  [{ OTEL_TRACES_SAMPLER: 'xray' }, 'OTEL_TRACES_SAMPLER: '],
  [{ OTEL_TRACES_SAMPLER_ARG: '2' }, 'OTEL_TRACES_SAMPLER_ARG: '],
  [{ MESSAGE_MAX_LENGTH: '10001' }, 'MESSAGE_MAX_LENGTH: '],
  [{ RATE_LIMITS: 'none' }, 'RATE_LIMITS: must be on, off, or a number'],
  [{ RATE_LIMITS: '0' }, 'RATE_LIMITS: must be from 0.1 to 1000'],
  [{ MAX_SOCKETS: '0' }, 'MAX_SOCKETS: '],
  [{ TRUST_PROXY: 'hidden.example' }, 'TRUST_PROXY: must be the number of proxies, or'],
  [{ TRUST_PROXY: '10.0.0.0/33' }, 'TRUST_PROXY: must be the number of proxies, or'],
])('%o is refused by name, without its value', (env, line) => {
  const error = (() => {
    try {
      return parseConfig(env);
    } catch (reason) {
      return reason;
    }
  })();
  expect(error).toBeInstanceOf(Error);
  expect(String(error)).toContain(line);
  expect(String(error)).not.toContain('hidden');
});
