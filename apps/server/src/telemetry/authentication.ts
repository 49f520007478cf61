import type { Registry } from '@prometheus-io/client';
import type { Authenticate } from '../auth/authenticate.ts';
import { DomainError } from '../domain/error.ts';
import { cellsBy, tally } from './tally.ts';

/** Counts the tokens that are refused, of requests and sockets alike. */
export function countRefusals(registry: Registry): (authenticate: Authenticate) => Authenticate {
  const refusals = tally(registry, {
    name: 'duet_auth_refusals_total',
    help: 'Access tokens refused, of requests and sockets, by error code.',
    labels: ['code'],
  });
  const cells = cellsBy((code) => refusals({ code }));
  return (authenticate) => async (token) => {
    try {
      return await authenticate(token);
    } catch (error) {
      if (error instanceof DomainError) cells(error.code).value += 1;
      throw error;
    }
  };
}
