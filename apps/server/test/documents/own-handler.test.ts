import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createEmbedded } from '@duet/testing/database';
import { pino } from 'pino';
import { createOpenApiHttpHandler } from 'trpc-to-openapi';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createAuthenticate, createAuthenticateService } from '../../src/auth/authenticate.ts';
import { EndedAccess } from '../../src/auth/ended-access.ts';
import { createTokenIssuer } from '../../src/auth/issue.ts';
import { createTokenVerifier } from '../../src/auth/verify.ts';
import { type DatabaseHandle, openEmbedded } from '../../src/db/client.ts';
import { createContext } from '../../src/domain/context.ts';
import { memoryEvents } from '../../src/events/memory.ts';
import { noTrust } from '../../src/limits/address.ts';
import { createGuesses } from '../../src/limits/guesses.ts';
import { createRateLimits } from '../../src/limits/rate-limits.ts';
import { contextOf } from '../../src/rest/http-context.ts';
import { appRouter } from '../../src/rest/router.ts';
import { createHttpServer } from '../../src/rest/server.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { request } from '../harness/http.ts';
import { JWT_SECRET, mint } from '../harness/server.ts';

// The same requests through our routes and through trpc-to-openapi's own handler, on one database: the bodies must be the same. This file
// has a process to itself because that handler changes the schemas it is given.

let database: Awaited<ReturnType<typeof createEmbedded>>;
let handle: DatabaseHandle;
let theirs: Server;
let ours: Awaited<ReturnType<typeof createHttpServer>>;
const metrics = createMetrics();
const urls = { ours: '', theirs: '' };

beforeAll(async () => {
  database = await createEmbedded();
  handle = await openEmbedded(database.dataDir, pino({ level: 'silent' }));
  const domain = await createContext(
    handle,
    memoryEvents,
    { messageLength: 10_000, queuedSends: 100 },
    { meter: metrics.domain },
  );
  const secret = new TextEncoder().encode(JWT_SECRET);
  const limits = createRateLimits(1, undefined);
  const verify = createTokenVerifier({ mode: 'secret', secret }, pino({ level: 'silent' }));
  const deps = {
    domain,
    accounts: {
      ...domain,
      issueAccessToken: createTokenIssuer(secret, 900),
      sessionSeconds: 900,
      guesses: createGuesses(limits, undefined),
    },
    limits,
    authenticate: createAuthenticate(domain, verify, new EndedAccess(domain.events)),
    authenticateService: createAuthenticateService(verify),
    publicUrl: 'http://duet.test',
  };
  ours = await createHttpServer({
    ...deps,
    log: pino({ level: 'silent' }),
    mayCall: () => false,
    trust: noTrust,
    checkReady: async () => {},
    isUpgrade: () => false,
    webFolder: undefined,
    meter: metrics.http,
  });
  urls.ours = await ours.listen({ host: '127.0.0.1', port: 0 });
  // That handler wants a schema of each answer; ours are held to the contract by the compiler, and parsed by nobody.
  const output = z.custom().meta({ override: { type: 'object' } });
  for (const { _def } of Object.values(appRouter._def.record).flatMap((group) => Object.values(group)))
    Object.assign(_def, { output });
  const handler = createOpenApiHttpHandler<typeof appRouter>({
    router: appRouter,
    // Its types say IncomingMessage; what it hands over is a Fetch Request.
    createContext: ({ req: { headers } }) => ({
      request: contextOf(deps, {
        headers: headers instanceof Headers ? Object.fromEntries(headers) : headers,
        id: 'x',
        protocol: 'http',
        host: 'duet.test',
        ip: '127.0.0.1',
      }),
    }),
  });
  theirs = createServer((incoming, answer) => void handler(incoming, answer));
  await new Promise<void>((resolve) => theirs.listen(0, '127.0.0.1', resolve));
  const address = theirs.address();
  urls.theirs = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(async () => {
  await new Promise((resolve) => theirs.close(resolve));
  await ours.close();
  await handle.close();
  await database.drop();
});

test('both answer with the same bodies', async () => {
  const [a, b] = [randomUUID(), randomUUID()];
  const [token, other] = [await mint({ sub: a, name: 'ada' }), await mint({ sub: b, name: 'ben' })];
  const both = async (method: 'GET' | 'POST', path: string, json?: unknown) => {
    const options = { token, ...(json !== undefined && { json }) };
    const [mine, its] = [
      await request(urls.ours, method, path, options),
      await request(urls.theirs, method, path, options),
    ];
    expect(
      [mine.status, its.status].every((status) => status < 300),
      `${path} ${mine.text} ${its.text}`,
    ).toBe(true);
    expect(JSON.parse(mine.text), path).toEqual(JSON.parse(its.text));
    return mine;
  };
  await request(urls.ours, 'GET', '/api/chat/users/me/', { token: other });
  const opened = await both('POST', '/api/chat/conversations/', { target_user_id: b });
  const id: string = JSON.parse(opened.text).id;
  const path = `/api/chat/conversations/${id}/`;
  for (const content of ['one', 'two', 'three'])
    await both('POST', `${path}messages/`, { content, message_id: randomUUID() });
  await both('GET', '/api/chat/users/me/');
  await both('GET', '/api/chat/users/?search=be&limit=5');
  await both('GET', '/api/chat/conversations/');
  await both('GET', '/api/chat/conversations/?limit=1');
  await both('GET', path);
  await both('GET', `${path}messages/`);
  await both('GET', `${path}messages/?limit=1&order=asc&after=1`);
  await both('POST', `${path}read/`, { seq: 2 });
});
