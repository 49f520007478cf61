import type { Registry } from '@prometheus-io/client';
import { DomainError } from '../domain/error.ts';
import { cellsBy, tally } from './tally.ts';

type Check<Whose> = (token: string | undefined) => Promise<Whose>;

/** Makes a check of tokens count those that it refuses. */
export type CountRefusals = <Whose>(check: Check<Whose>) => Check<Whose>;

/** Counts the tokens that are refused, of requests and sockets alike. */
export function countRefusals(registry: Registry): CountRefusals {
  const refusals = tally(registry, {
    name: 'duet_auth_refusals_total',
    help: 'Access tokens refused, of requests and sockets, by error code.',
    labels: ['code'],
  });
  const cells = cellsBy((code) => refusals({ code }));
  return (check) => async (token) => {
    try {
      return await check(token);
    } catch (error) {
      if (error instanceof DomainError) cells(error.code).value += 1;
      throw error;
    }
  };
}
