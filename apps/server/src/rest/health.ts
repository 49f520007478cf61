import type { FastifyInstance } from 'fastify';
import { DomainError } from '../domain/error.ts';

export const HEALTH_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** `/healthz`: the process lives. `/readyz`: it can serve. */
export function registerHealth(app: FastifyInstance, checkReady: () => Promise<void>): void {
  app.get('/healthz', { config: { operation: 'healthz' } }, () => ({ status: 'ok' }));
  app.get('/readyz', { config: { operation: 'readyz' } }, async () => {
    await checkReady().catch((cause: unknown) => {
      throw new DomainError('unavailable', undefined, { cause });
    });
    return { status: 'ready' };
  });
}
