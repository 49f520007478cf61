import { DomainError } from '../domain/error.ts';

/** No caller waits longer for what a request began; that goes on. */
export const HANDLER_TIMEOUT_MS = 20_000;

/** Fastify's own `handlerTimeout` makes and aborts a controller for every request, which shows in a profile. */
export function inTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new DomainError('unavailable', 'it takes too long'));
    const timer = setTimeout(late, HANDLER_TIMEOUT_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
