import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { PAYLOAD_MAX_BYTES } from '@duet/contract';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import { DomainError } from '../domain/error.ts';
import { registerDocs } from './docs.ts';
import { registerHealth } from './health.ts';
import type { HttpDependencies } from './http-context.ts';
import { answerInTurn } from './in-turn.ts';
import { acceptJsonOnly } from './json-body.ts';
import { answerTheRest } from './not-found.ts';
import { problemHeaders, toProblem } from './problem.ts';
import { registerOperations } from './routes.ts';
import { registerTrpc } from './trpc.ts';
import { refuseUnreadable } from './unreadable.ts';
import { registerWebApp } from './web-app.ts';

export interface HttpServerOptions extends HttpDependencies {
  readonly log: FastifyBaseLogger;
  readonly corsOrigins: readonly string[];
  /** Whether a request with an `Upgrade` header is the socket's. */
  readonly isUpgrade: (request: IncomingMessage) => boolean;
  /** Rejects when the server cannot serve. */
  readonly checkReady: () => Promise<void>;
  /** Where the built web app is. */
  readonly webFolder: string | undefined;
}

/**
 * What a page may do: load what this server serves, and call it. `connect-src 'self'` includes the page's own sockets (CSP 3;
 * Chromium 71, Firefox 50, Safari 16). The reference has its own policy, in docs.ts.
 */
const PAGE_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  manifestSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

/** Everything that HTTP answers: REST, /trpc, documents, health and the web app; not yet listening. */
export async function createHttpServer(options: HttpServerOptions): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: options.log,
    // Fastify itself would log URLs with their queries.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: requestIdOf,
    bodyLimit: PAYLOAD_MAX_BYTES,
    requestTimeout: 30_000,
    connectionTimeout: 25_000, // longer than any handler: who does not read the answer by then never will
    routerOptions: { maxParamLength: 1000 }, // a tRPC batch names its procedures in one path segment
    http: { shouldUpgradeCallback: options.isUpgrade },
    forceCloseConnections: 'idle',
    return503OnClosing: false, // what still comes while the server drains is served
    clientErrorHandler: refuseUnreadable,
    // A path that cannot be decoded or matched is one that is not there.
    frameworkErrors: (_error, request, reply) => sendProblem(new DomainError('not_found'), request, reply),
  });
  app.setErrorHandler(sendProblem);
  answerInTurn(app);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id).header('cache-control', 'no-store');
  });
  app.addHook('onResponse', async (request, reply) => {
    const [path] = request.url.split('?', 1);
    const { method } = request;
    const { statusCode: status, elapsedTime } = reply;
    request.log[status < 400 ? 'debug' : 'info']({ method, path, status, ms: Math.round(elapsedTime) });
  });
  await app.register(helmet, {
    // Whether this host is only ever reached through TLS is for the proxy in front to say.
    strictTransportSecurity: false,
    contentSecurityPolicy: { useDefaults: false, directives: PAGE_POLICY },
  });
  await app.register(cors, {
    origin: options.corsOrigins.includes('*') ? '*' : [...options.corsOrigins],
    preflight: false, // answered with the other OPTIONS, in not-found.ts
    exposedHeaders: ['Link', 'Retry-After', 'WWW-Authenticate', 'X-Request-Id'],
  });
  answerTheRest(app);
  acceptJsonOnly(app, JSON.parse);
  registerOperations(app, options);
  registerHealth(app, options.checkReady);
  await registerDocs(app);
  await registerTrpc(app, options);
  await registerWebApp(app, options.webFolder);
  return app;
}

/** The client's `X-Request-Id` if it is fit for logs and headers, or a new one. */
function requestIdOf({ headers }: { headers: Record<string, unknown> }): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}

/** The one way out for errors of REST. */
function sendProblem(error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error, request.id);
  // Faults of ours go to the log with their cause; refusals do not. Of a database that is away it is told there, once.
  if (problem.code === 'internal') request.log.error({ err: error }, 'a request failed');
  reply.header('x-request-id', request.id).headers(problemHeaders(problem));
  return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}
