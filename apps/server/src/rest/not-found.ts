import { CONVERSATION_SOCKET_PATH, INBOX_SOCKET_PATH } from '@duet/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../domain/error.ts';

const SOCKET_PATHS = [CONVERSATION_SOCKET_PATH, INBOX_SOCKET_PATH].map((path) =>
  patternOf(path.replaceAll(/\{(\w+)\}/g, ':$1')),
);

/**
 * What no route takes (PROTOCOL 3.1): 308 to the path with its slash, OPTIONS, 405 with `Allow`, 426 on a socket's path, 404. Must be
 * called before the routes are registered, and learns of them as they come.
 */
export function answerTheRest(app: FastifyInstance, publicUrl: string | undefined): void {
  // A proxy takes the path of the public URL away, and gives it to nothing that comes back.
  const prefix = publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/$/, '');
  const routes = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return;
    const route = routes.get(url) ?? { pattern: patternOf(url), methods: new Set(['OPTIONS']) };
    for (const each of [method].flat()) route.methods.add(each);
    routes.set(url, route);
  });
  const methodsAt = (path: string): Set<string> =>
    new Set([...routes.values()].flatMap(({ pattern, methods }) => (pattern.test(path) ? [...methods] : [])));

  const answer = (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.replace(/\?.*$/s, '');
    const methods = methodsAt(path);
    if (methods.size > 0) return answerMethod(request, reply, [...methods].sort().join(', '));
    if (!path.endsWith('/') && methodsAt(`${path}/`).size > 0) {
      return reply.redirect(`${prefix}${path}/${request.url.slice(path.length)}`, 308);
    }
    throw new DomainError(
      SOCKET_PATHS.some((pattern) => pattern.test(path.endsWith('/') ? path : `${path}/`))
        ? 'upgrade_required'
        : 'not_found',
    );
  };
  // A file of the web app that is gone.
  app.setNotFoundHandler(() => {
    throw new DomainError('not_found');
  });
  // In a hook, before the body is read: no body is wrong for a method that is not there.
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404 || request.method === 'OPTIONS') return answer(request, reply);
  });
}

/** A path that is there, with a method that it has no route for. */
function answerMethod(request: FastifyRequest, reply: FastifyReply, allow: string): FastifyReply {
  reply.header('allow', allow);
  if (request.method !== 'OPTIONS') throw new DomainError('method_not_allowed');
  // @fastify/cors has put this there for an origin that may call.
  if (reply.hasHeader('access-control-allow-origin')) {
    reply.headers({
      'access-control-allow-methods': allow,
      'access-control-allow-headers': headersFor(request.headers['access-control-request-headers']),
      'access-control-max-age': '86400',
    });
    const vary = [reply.getHeader('vary'), 'Access-Control-Request-Headers'];
    reply.header('vary', vary.filter(Boolean).join(', '));
  }
  return reply.code(204).send();
}

/** What pages send without a tracer or a library of their own. */
const USUAL_HEADERS = 'Authorization, Content-Type, X-Request-Id';
/** Names of headers with commas between (RFC 9110, 5.6.2), and no more than anybody needs. */
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~-]+(, *[\w!#$%&'*+.^`|~-]+)*$/;
const HEADER_NAMES_MAX_LENGTH = 1000;

/** Tracers and tRPC links add headers of their own, which mean nothing here: whatever a page that may call asks for is allowed. */
function headersFor(asked: string | undefined): string {
  const isList = asked !== undefined && asked.length <= HEADER_NAMES_MAX_LENGTH && HEADER_NAMES.test(asked);
  return isList ? `${USUAL_HEADERS}, ${asked}` : USUAL_HEADERS;
}

function patternOf(url: string): RegExp {
  const escaped = url.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:\w+/g, '[^/]+');
  return new RegExp(`^${escaped}$`);
}
