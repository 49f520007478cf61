import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { bearerToken } from '../auth/authenticate.ts';
import { DomainError } from '../domain/error.ts';

export interface MetricsEndpoint {
  /** Whoever reads has to have it. */
  readonly token: string;
  readonly contentType: string;
  readonly read: () => Promise<string>;
}

/**
 * `/metrics` (PROTOCOL 3.10), for whoever has its token. Where a request comes from says nothing: behind a proxy on this machine all come
 * from here.
 */
export function registerMetrics(app: FastifyInstance, { token, contentType, read }: MetricsEndpoint): void {
  const wanted = digest(token);
  app.get('/metrics', { config: { operation: 'metrics' } }, async (request, reply) => {
    const given = bearerToken(request.headers.authorization);
    if (given === undefined) throw new DomainError('missing_token');
    if (!timingSafeEqual(digest(given), wanted)) throw new DomainError('invalid_token');
    return reply.type(contentType).send(await read());
  });
}

/** Of one length, whatever the length of the token. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
