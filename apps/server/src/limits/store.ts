import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterPostgres } from 'rate-limiter-flexible';
import type { RunQuery } from '../db/client.ts';

/**
 * Where the points of a limit are: with a database to share in a table of it, which all nodes see, and otherwise in this process alone. While the
 * database is away it is in this process, too; so a store never fails.
 */
export function createStore(
  keyPrefix: string,
  { points, seconds }: { readonly points: number; readonly seconds: number },
  query: RunQuery | undefined,
): RateLimiterAbstract {
  const window = { keyPrefix, points, duration: seconds };
  const memory = new RateLimiterMemory(window);
  if (!query) return memory;
  return new RateLimiterPostgres({
    ...window,
    storeClient: { query: ({ text, values }: Statement) => query(text, values) },
    storeType: 'client',
    tableName: 'rate_limits',
    tableCreated: true, // by a migration
    clearExpiredByTimeout: false, // see `rate-limits.ts`
    insuranceLimiter: memory,
  });
}

interface Statement {
  readonly text: string;
  readonly values: readonly (string | number)[];
}
