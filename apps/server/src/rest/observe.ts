import { type ErrorCode, errors } from '@duet/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Span, Trace, Tracer } from '../domain/trace.ts';
import type { HttpMeter } from './meter.ts';

/** What requests are observed with. */
export interface HttpObservers {
  readonly meter: HttpMeter;
  readonly tracer?: Tracer | undefined;
}

/** Where what is known of a request is kept while it is answered. */
const OBSERVED = 'observed';

interface Observed {
  span?: Span | undefined;
  /** Why it was refused, and what of ours or of the database failed. */
  code?: ErrorCode;
  cause?: unknown;
  /** Its calls have lines of their own. */
  isLogged?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a request of this route is called where requests are counted. */
    operation?: string;
  }
}

/** Counts every answer, traces it, and puts the refused ones into the log, a line each. */
export function observeRequests(app: FastifyInstance, { meter, tracer }: HttpObservers): void {
  app.decorateRequest(OBSERVED);
  app.addHook('onRequest', (request, _reply, done) => {
    const observed: Observed = {};
    request.setDecorator(OBSERVED, observed);
    if (!tracer) return done();
    const { traceparent } = request.headers;
    observed.span = tracer.begin(operationOf(request), {
      kind: 'server',
      traceparent: typeof traceparent === 'string' ? traceparent : undefined,
      attributes: {
        'http.request.method': request.method,
        'http.route': routeOf(request),
        'duet.request_id': request.id,
      },
    });
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { span, code, cause, isLogged } = observedOf(request);
    const operation = operationOf(request);
    meter.answered(operation, reply.statusCode, reply.elapsedTime / 1000);
    span?.end(code, { 'http.response.status_code': reply.statusCode });
    const { method } = request;
    const { statusCode: status, elapsedTime } = reply;
    const about = { operation, method, route: routeOf(request), status, ms: Math.round(elapsedTime) };
    if (code === undefined || isLogged) request.log.debug({ ...about, code }, 'request answered');
    else
      request.log[levelOf(code)](
        { ...about, code, ...(cause !== undefined && { err: cause }) },
        lineOf(code),
      );
    done();
  });
}

/** Remembers why a request is refused, for the end of it. @param cause what went wrong on this side, if anything did */
export function noteRefusal(
  request: FastifyRequest,
  meter: HttpMeter,
  code: ErrorCode,
  cause?: unknown,
): void {
  meter.refused(code);
  if (cause !== undefined) meter.failed(cause);
  // Of a database that is away the log hears once, and not of everything that it cannot do.
  Object.assign(observedOf(request), { code, cause: code === 'internal' ? cause : undefined });
}

/** A refused call of /trpc has a line of its own: several may share an answer. */
export function logCall(
  request: FastifyRequest,
  { procedure, code, seconds, err }: { procedure: string; code: ErrorCode; seconds: number; err: unknown },
): void {
  const ms = Math.round(seconds * 1000);
  const isFault = code === 'internal' && err !== undefined;
  request.log[levelOf(code)]({ procedure, code, ms, ...(isFault && { err }) }, lineOf(code));
  observedOf(request).isLogged = true;
}

/** What the work on a request is a part of, where it is traced. */
export function traceOf(request: FastifyRequest): Trace | undefined {
  return observedOf(request).span?.trace;
}

function observedOf(request: FastifyRequest): Observed {
  return request.getDecorator<Observed | undefined>(OBSERVED) ?? {};
}

/** The contract's operation, or what else it is; a path that is not there has no name, whatever a client makes of it. */
function operationOf({ is404, routeOptions }: FastifyRequest): string {
  return is404 ? 'none' : (routeOptions.config.operation ?? 'other');
}

/** The path with its parameters unsaid. */
function routeOf({ is404, routeOptions }: FastifyRequest): string {
  return is404 ? '' : (routeOptions.url ?? '');
}

function levelOf(code: ErrorCode): 'error' | 'warn' | 'info' {
  if (code === 'internal') return 'error';
  if (code === 'unavailable') return 'info'; // why, the log knows already
  const row = errors[code];
  const status: number = 'status' in row ? row.status : 400;
  return status >= 500 || status === 429 ? 'warn' : 'info';
}

function lineOf(code: ErrorCode): string {
  return code === 'internal' ? 'a request failed' : 'request refused';
}
