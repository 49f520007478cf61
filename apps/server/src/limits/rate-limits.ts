import type { RunQuery } from '../db/client.ts';
import { Allowance } from './allowance.ts';
import { createStore } from './store.ts';
import { LIMITS, type LimitName, SOCKETS, type SocketLimits } from './table.ts';

/** How much somebody may do; all nodes of a database count together. */
export interface RateLimits {
  /**
   * Takes one of a limit, in the order of the calls.
   * @param key the user, the address, the name that it is a limit of
   * @returns undefined when there is nothing to wait for
   * @throws DomainError `rate_limited`, at once or later
   */
  take(limit: LimitName, key: string): Promise<void> | undefined;
  /** What was taken does not count. */
  giveBack(limit: LimitName, key: string): void;
  readonly sockets: SocketLimits;
  close(): void;
}

const CLEANING_MS = 60_000;

/**
 * @param factor how many times the table everything may be; infinite: there are no limits
 * @param query what the nodes share; undefined: there is one node
 */
export function createRateLimits(factor: number, query: RunQuery | undefined): RateLimits {
  if (factor === Infinity) return UNLIMITED;
  const scaled = (count: number) => Math.ceil(count * factor);
  const allowances = new Map<LimitName, Allowance>();
  const allowanceOf = (name: LimitName) => {
    const known = allowances.get(name);
    if (known) return known;
    const limit = { ...LIMITS[name], points: scaled(LIMITS[name].points) };
    const made = new Allowance(createStore(name, limit, query), limit);
    allowances.set(name, made);
    return made;
  };
  const cleaning =
    query &&
    setInterval(() => {
      // What it leaves is deleted the next time.
      query('delete from rate_limits where expire < $1', [Date.now()]).catch(() => {});
    }, CLEANING_MS).unref();
  return {
    take: (limit, key) => allowanceOf(limit).take(key),
    giveBack: (limit, key) => allowanceOf(limit).giveBack(key),
    sockets: {
      ofUser: scaled(SOCKETS.ofUser),
      ofAddress: scaled(SOCKETS.ofAddress),
      strangersOfAddress: scaled(SOCKETS.strangersOfAddress),
    },
    close: () => clearInterval(cleaning),
  };
}

const UNLIMITED: RateLimits = {
  take: () => undefined,
  giveBack: () => {},
  sockets: { ofUser: Infinity, ofAddress: Infinity, strangersOfAddress: Infinity },
  close: () => {},
};
