import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { PAYLOAD_MAX_BYTES, type Problem } from '@duet/contract';
import cors from '@fastify/cors';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  fastify,
  LogController,
} from 'fastify';
import { DomainError } from '../domain/error.ts';
import { networkOf, noTrust, type Trust } from '../limits/address.ts';
import { anyPage, type MayCall } from '../may-call.ts';
import { registerDocs } from './docs.ts';
import { HEALTH_PATHS, registerHealth } from './health.ts';
import type { HttpDependencies } from './http-context.ts';
import { answerInTurn } from './in-turn.ts';
import { acceptJsonOnly } from './json-body.ts';
import { type MetricsEndpoint, registerMetrics } from './metrics.ts';
import { answerTheRest } from './not-found.ts';
import { type HttpObservers, noteRefusal, observeRequests } from './observe.ts';
import { BARE_ANSWER_HEADERS, problemHeaders, toProblem } from './problem.ts';
import { registerOperations } from './routes.ts';
import { securityHeaders } from './security-headers.ts';
import { registerTrpc } from './trpc.ts';
import { refuseUnreadable } from './unreadable.ts';
import { registerWebApp } from './web-app.ts';

export interface HttpServerOptions extends HttpDependencies, HttpObservers {
  readonly log: FastifyBaseLogger;
  /** Who of those in front is believed what they say of a request: its address, its host, its scheme. */
  readonly trust: Trust;
  readonly mayCall: MayCall;
  /** Whether a request with an `Upgrade` header is the socket's. */
  readonly isUpgrade: (request: IncomingMessage) => boolean;
  /** Rejects when the server cannot serve. */
  readonly checkReady: () => Promise<void>;
  /** Where the built web app is. */
  readonly webFolder: string | undefined;
  /** Undefined: `/metrics` is not there. */
  readonly metrics?: MetricsEndpoint | undefined;
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
    trustProxy: options.trust,
    requestTimeout: 30_000,
    connectionTimeout: 25_000, // longer than any handler: who does not read the answer by then never will
    routerOptions: { maxParamLength: 1000 }, // a tRPC batch names its procedures in one path segment
    http: {
      shouldUpgradeCallback: options.isUpgrade,
      requireHostHeader: false, // Node's own refusal is no problem of ours; see below
      headersTimeout: 10_000,
      connectionsCheckingInterval: 5000,
    },
    forceCloseConnections: 'idle',
    return503OnClosing: false, // what still comes while the server drains is served
    clientErrorHandler: refuseUnreadable(options.log, options.meter),
    // A path that cannot be decoded or matched is one that is not there.
    frameworkErrors: (_error, request, reply) => {
      const error = new DomainError('not_found');
      options.meter.refused(error.code);
      request.log.info({ operation: 'none', code: error.code }, 'request refused');
      return sendProblem(toProblem(error, request.id), reply.headers(BARE_ANSWER_HEADERS));
    },
  });
  app.setErrorHandler<Error>((error, request, reply) => {
    const problem = toProblem(error, request.id);
    noteRefusal(request, options.meter, problem.code, problem.status >= 500 ? error : undefined);
    return sendProblem(problem, reply);
  });
  // An expectation that nobody here knows is passed over, as RFC 9110 (10.1.1) allows; Node would say 417, and nothing else.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  answerInTurn(app);
  observeRequests(app, options);
  const security = securityHeaders({
    // Over plain HTTP browsers take no notice of it. Hosts beneath this one are not ours to speak for.
    strictTransportSecurity: options.publicUrl?.startsWith('https:')
      ? { maxAge: 31_536_000, includeSubDomains: false }
      : false,
    contentSecurityPolicy: { useDefaults: false, directives: PAGE_POLICY },
  });
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(security).header('x-request-id', request.id).header('cache-control', 'no-store');
    const { headers, httpVersion } = request.raw;
    const isHostMissing = headers.host === undefined && httpVersion !== '1.0';
    done(isHostMissing ? new DomainError('invalid_request', 'the Host header is missing') : undefined);
  });
  const { mayCall } = options;
  await app.register(cors, {
    origin: mayCall === anyPage ? '*' : (origin, done) => done(null, origin !== undefined && mayCall(origin)),
    preflight: false, // answered with the other OPTIONS, in not-found.ts
    exposedHeaders: ['Link', 'Retry-After', 'WWW-Authenticate', 'X-Request-Id'],
  });
  let warned = options.trust !== noTrust;
  // After the headers that every answer has, and before anything else is done.
  app.addHook('onRequest', (request, _reply, done) => {
    if (!warned && request.headers['x-forwarded-for'] !== undefined) {
      warned = true;
      request.log.warn(
        'X-Forwarded-For came, and TRUST_PROXY is not set: all clients of a proxy count as one',
      );
    }
    if (HEALTH_PATHS.has(request.url)) return done(); // whoever floods does not take the node out
    const wait = options.limits.take('traffic', networkOf(request.ip));
    if (wait) wait.then(() => done(), done);
    else done();
  });
  answerTheRest(app, options.publicUrl);
  acceptJsonOnly(app, JSON.parse);
  registerOperations(app, options);
  registerHealth(app, options.checkReady);
  if (options.metrics) registerMetrics(app, options.metrics);
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
function sendProblem(problem: Problem, reply: FastifyReply): FastifyReply {
  // A path that cannot be decoded comes here without having met a hook.
  reply.header('x-request-id', problem.request_id).header('cache-control', 'no-store');
  reply.headers(problemHeaders(problem));
  return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}
