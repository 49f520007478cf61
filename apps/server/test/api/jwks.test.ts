import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pass, startClock, stopClock } from '../harness/clock.ts';
import { entity, expectProblem, request } from '../harness/http.ts';
import { startServer, type TestServer } from '../harness/server.ts';

// PROTOCOL 1.4, with tokens of another issuer, whose keys and discovery document are served here.

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const AUDIENCE = 'duet-test';
const keys = new Map<string, CryptoKey>();
const published: unknown[] = [];
let issuerServer: Server;
let issuer: string;
/** What the issuer was asked, and whether it answers. */
let asked = 0;
let isAway = false;
let server: TestServer;

beforeAll(async () => {
  for (const alg of [...ALGORITHMS, 'ES384']) await publish(alg);
  issuerServer = createServer((incoming, answer) => {
    asked += 1;
    if (isAway) {
      answer.destroy();
      return;
    }
    const documents: Record<string, unknown> = {
      '/.well-known/openid-configuration': { issuer, jwks_uri: `${issuer}/keys` },
      '/keys': { keys: published },
    };
    const document = documents[incoming.url ?? ''];
    answer
      .writeHead(document ? 200 : 404, { 'content-type': 'application/json' })
      .end(JSON.stringify(document ?? {}));
  });
  await new Promise<void>((resolve) => issuerServer.listen(0, '127.0.0.1', resolve));
  const address = issuerServer.address();
  issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  server = await startServer({ AUTH_ISSUER: issuer, AUTH_AUDIENCE: AUDIENCE });
});
afterAll(async () => {
  await server.stop();
  await new Promise((resolve) => issuerServer.close(resolve));
});

async function publish(alg: string, kid = alg): Promise<void> {
  const pair = await generateKeyPair(alg);
  keys.set(kid, pair.privateKey);
  published.push({ ...(await exportJWK(pair.publicKey)), alg, kid, use: 'sig' });
}

async function sign(alg: string, claims: Record<string, unknown> = {}, kid = alg): Promise<string> {
  const key = keys.get(kid) ?? keys.get(alg);
  if (!key) throw new Error(`no key for ${alg}`);
  const exp = Math.floor(Date.now() / 1000) + 60;
  return new SignJWT({ sub: randomUUID(), iss: issuer, aud: AUDIENCE, exp, ...claims })
    .setProtectedHeader({ alg, kid })
    .sign(key);
}

const me = (token: string, at = server) => request(at.url, 'GET', '/api/chat/users/me/', { token });

test.each(ALGORITHMS)('%s is accepted, its keys found through discovery', async (alg) => {
  const sub = randomUUID();
  expect((await me(await sign(alg, { sub, name: sub }))).as(entity.user)).toMatchObject({
    id: sub,
    username: sub,
  });
});

test('a service is whom the operator’s claim makes one, and nobody where none is named', async () => {
  const claimed = await startServer({
    AUTH_ISSUER: issuer,
    AUTH_AUDIENCE: AUDIENCE,
    AUTH_SERVICE_CLAIM: 'https://duet.example/roles',
  });
  const put = (token: string, at = claimed) =>
    request(at.url, 'PUT', '/api/chat/users/olga/', { token, json: { display_name: 'Olga' } });
  try {
    for (const roles of ['service', ['editor', 'service']])
      expect((await put(await sign('ES256', { 'https://duet.example/roles': roles }))).status).toBeLessThan(
        300,
      );
    const others = [{ duet_role: 'service' }, { 'https://duet.example/roles': 'service-desk' }];
    for (const claims of others) expectProblem(await put(await sign('ES256', claims)), 403, 'forbidden');
    for (const claim of ['duet_role', 'https://duet.example/roles'])
      expectProblem(await put(await sign('ES256', { [claim]: 'service' }), server), 403, 'forbidden');
  } finally {
    await claimed.stop();
  }
});

test('wrong issuer, audience, algorithm, key and missing exp are not', async () => {
  const hour = Math.floor(Date.now() / 1000) + 3600;
  const hmac = new SignJWT({ sub: 'a', iss: issuer, aud: AUDIENCE, exp: hour }).setProtectedHeader({
    alg: 'HS256',
    kid: 'RS256',
  });
  for (const token of [
    await sign('RS256', { iss: 'http://elsewhere' }),
    await sign('RS256', { aud: 'another' }),
    await sign('RS256', { exp: undefined }),
    await sign('RS256', {}, 'unknown'),
    await sign('ES384'), // published, but not pinned
    await hmac.sign(
      generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'der' }),
    ),
  ]) {
    expectProblem(await me(token), 401, 'invalid_token');
  }
  expectProblem(await me(await sign('RS256', { exp: hour - 7200 })), 401, 'token_expired');
});

test('the issuer’s clock may be 5 s ahead: a token that holds from then on is accepted, and none that is over', async () => {
  const now = Math.floor(Date.now() / 1000);
  expect((await me(await sign('RS256', { nbf: now + 4 }))).status).toBe(200);
  expectProblem(await me(await sign('RS256', { nbf: now + 60 })), 401, 'invalid_token');
  expectProblem(await me(await sign('RS256', { exp: now - 1 })), 401, 'token_expired');
});

test('there are no local accounts beside an issuer', async () => {
  const json = { username: 'ada', password: 'long enough' };
  expectProblem(await request(server.url, 'POST', '/api/auth/register/', { json }), 404, 'not_found');
  expectProblem(await request(server.url, 'POST', '/api/auth/token/', { json }), 404, 'not_found');
});

test('an issuer that cannot be reached is our trouble and not the token’s: 503', async () => {
  const lonely = await startServer({ AUTH_ISSUER: 'http://127.0.0.1:9', AUTH_AUDIENCE: AUDIENCE });
  try {
    const answer = await me(await sign('RS256'), lonely);
    expectProblem(answer, 503, 'unavailable');
    expect(answer.headers.get('retry-after')).toBe('1');
  } finally {
    await lonely.stop();
  }
});

describe('the issuer is asked every 5 s at most', () => {
  beforeAll(stopClock);
  afterAll(startClock);

  test('a new key is taken without a restart', async () => {
    pass(5000);
    expectProblem(await me(await sign('ES256', {}, 'unknown')), 401, 'invalid_token'); // looked up now
    await publish('ES256', 'rotated');
    const token = await sign('ES256', {}, 'rotated');
    pass(4999);
    expectProblem(await me(token), 401, 'invalid_token');
    pass(1);
    expect((await me(token)).status).toBe(200);
  });

  test('tokens that name keys that nobody has do not become requests to the issuer', async () => {
    pass(5000);
    const before = asked;
    const flood = Array.from({ length: 100 }, async (_, n) => me(await sign('RS256', {}, `unknown-${n}`)));
    for (const answer of await Promise.all(flood)) expectProblem(answer, 401, 'invalid_token');
    expect(asked - before).toBe(2); // discovery and keys, once
  });
});

test('an issuer that goes away later stops nobody whose key is known', async () => {
  expect((await me(await sign('EdDSA'))).status).toBe(200);
  isAway = true;
  const answers = await Promise.all(ALGORITHMS.map(async (alg) => me(await sign(alg))));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expectProblem(await me(await sign('RS256', {}, 'unknown')), 401, 'invalid_token');
  isAway = false;
});
