import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '../domain/error.ts';

/** A node lets a tenth of a limit through before it asks how much of it is left, and asks for a tenth at a time. */
const PARTS = 10;
/** The shortest that a refusal lasts: what was on its way when its sender heard of it is refused, too, and nothing overtakes what is sent again. */
const SHORTEST_REFUSAL_MS = 1000;
/** So many are refused at once in a window. Then it takes a while, for which the peer is not read from: saying no must not keep the server busy. */
const PROMPTLY_REFUSED = 200;
/** Between half of this and one and a half, or the sockets of a flood would all be heard at the same moment. */
const LATE_REFUSAL_MS = 250;
/** For so many keys, and as many more, a node knows what they did; beyond, those that were used longest ago begin anew. */
const MAX_KEYS = 50_000;

/** What one key may still do here without asking. */
interface Lease {
  left: number;
  /** What was let through of which the store does not know yet. */
  unreported: number;
  endsAt: number;
  /** The store has no more until then. */
  isSpent: boolean;
  refused: number;
  /** Those that ask for more, in their order. */
  readonly waiting: { readonly resolve: () => void; readonly reject: (refusal: DomainError) => void }[];
}

/**
 * One limit on one node. What is left of it is in a store that nodes may share; between whoever asks and the store there is a lease, so that what people
 * usually do costs neither a round trip nor a promise. Nodes together let through the limit and at most a tenth of it each besides.
 */
export class Allowance {
  readonly #store: RateLimiterAbstract;
  readonly #points: number;
  readonly #windowMs: number;
  readonly #part: number;
  /** Leases that were used in this window, and those that were in the one before: nobody has to look for the ones that are over. */
  #young = new Map<string, Lease>();
  #old = new Map<string, Lease>();
  #ageAt = 0;

  /** @param store of the same limit; it must not fail */
  constructor(
    store: RateLimiterAbstract,
    { points, seconds }: { readonly points: number; readonly seconds: number },
  ) {
    this.#store = store;
    this.#points = points;
    this.#windowMs = seconds * 1000;
    this.#part = Math.ceil(points / PARTS);
  }

  /**
   * Takes one; in the order of the calls, also where a promise is returned.
   * @returns undefined when it is there for the taking, else what to wait for
   * @throws DomainError `rate_limited`, at once or later
   */
  take(key: string): Promise<void> | undefined {
    const now = performance.now();
    const lease = this.#leaseOf(key, now);
    if (lease.waiting.length === 0) {
      if (lease.left > 0) {
        lease.left -= 1;
        return undefined;
      }
      if (lease.isSpent) {
        const error = refusal(lease, now);
        if (lease.refused <= PROMPTLY_REFUSED) throw error;
        return new Promise((_, reject) => {
          setTimeout(reject, LATE_REFUSAL_MS * (0.5 + Math.random()), error);
        });
      }
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (lease.waiting.push({ resolve, reject }) === 1) void this.#serve(key, lease);
    return promise;
  }

  /** What was taken was for nothing. */
  giveBack(key: string): void {
    const lease = this.#young.get(key) ?? this.#old.get(key);
    if (lease) lease.left += 1;
  }

  #leaseOf(key: string, now: number): Lease {
    const known = this.#young.get(key) ?? this.#old.get(key);
    if (known && (known.endsAt > now || known.waiting.length > 0)) {
      this.#young.set(key, known);
      return known;
    }
    if (now >= this.#ageAt || this.#young.size >= MAX_KEYS) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#ageAt = now + this.#windowMs;
    }
    const lease: Lease = {
      left: this.#part,
      unreported: this.#part,
      endsAt: now + this.#windowMs,
      isSpent: false,
      refused: 0,
      waiting: [],
    };
    this.#young.set(key, lease);
    return lease;
  }

  async #serve(key: string, lease: Lease): Promise<void> {
    for (;;) {
      const [first] = lease.waiting;
      if (!first) return;
      if (lease.left === 0 && !lease.isSpent) await this.#ask(key, lease);
      lease.waiting.shift();
      if (lease.left > 0) {
        lease.left -= 1;
        first.resolve();
      } else {
        first.reject(refusal(lease, performance.now()));
      }
    }
  }

  /** Tells the store what was let through, and takes the next part. */
  async #ask(key: string, lease: Lease): Promise<void> {
    const asked = lease.unreported + this.#part;
    const { consumedPoints, msBeforeNext } = await this.#store.consume(key, asked).catch(resultOf);
    const tooMany = Math.max(0, consumedPoints - this.#points);
    lease.unreported = 0;
    lease.left = Math.max(0, this.#part - tooMany);
    lease.isSpent = lease.left < this.#part;
    lease.endsAt = performance.now() + msBeforeNext;
  }
}

/** A store that has no more says so by throwing what it else returns. */
function resultOf(error: unknown): RateLimiterRes {
  if (error instanceof RateLimiterRes) return error;
  throw error;
}

function refusal(lease: Lease, now: number): DomainError {
  if (lease.refused === 0) lease.endsAt = Math.max(lease.endsAt, now + SHORTEST_REFUSAL_MS);
  lease.refused += 1;
  return DomainError.rateLimited(lease.endsAt - now);
}
