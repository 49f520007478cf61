import { CONVERSATION_SOCKET_PATH } from '@duet/contract';
import type { FastifyInstance } from 'fastify';
import { DomainError } from '../domain/error.ts';

const SOCKET_PATH = patternOf(CONVERSATION_SOCKET_PATH.replaceAll(/\{(\w+)\}/g, ':$1'));

/**
 * What no route takes (PROTOCOL 3.1): 308 to the path with its slash, OPTIONS, 405 with `Allow`, 426 on a socket's path, 404. Must be
 * called before the routes are registered: it learns of them as they come.
 */
export function answerTheRest(app: FastifyInstance): void {
  const routes = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return;
    const route = routes.get(url) ?? { pattern: patternOf(url), methods: new Set(['OPTIONS']) };
    for (const each of [method].flat()) route.methods.add(each);
    routes.set(url, route);
  });
  const methodsAt = (path: string): Set<string> =>
    new Set(
      [...routes.values()].filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => [...methods]),
    );

  app.setNotFoundHandler((request, reply) => {
    const [path = '', query] = request.url.split('?', 2);
    const methods = methodsAt(path);
    if (methods.size > 0) {
      const allow = [...methods].sort().join(', ');
      reply.header('allow', allow);
      if (request.method !== 'OPTIONS') throw new DomainError('method_not_allowed');
      if (reply.hasHeader('access-control-allow-origin')) {
        reply
          .header('access-control-allow-methods', allow)
          .header('access-control-allow-headers', 'Authorization, Content-Type, X-Request-Id')
          .header('access-control-max-age', '86400');
      }
      return reply.code(204).send();
    }
    if (!path.endsWith('/') && methodsAt(`${path}/`).size > 0) {
      return reply.redirect(`${path}/${query === undefined ? '' : `?${query}`}`, 308);
    }
    if (SOCKET_PATH.test(path)) throw new DomainError('upgrade_required');
    throw new DomainError('not_found');
  });
}

function patternOf(url: string): RegExp {
  const escaped = url.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:\w+/g, '[^/]+');
  return new RegExp(`^${escaped}$`);
}
