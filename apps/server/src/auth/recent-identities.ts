import type { Identity } from './authenticate.ts';

/** How long a token is taken at its word: a key that was withdrawn is still good for so long. */
const KEPT_MS = 30_000;
const MAX_KEPT = 10_000;

export interface Clocks {
  /** By which tokens expire. */
  readonly now: () => number;
  /** Which nobody sets. */
  readonly elapsed: () => number;
}

/** Who the tokens of the last half minute belong to, so that a client's next request costs neither a signature nor a query. */
export class RecentIdentities {
  readonly #clocks: Clocks;
  /** The oldest first. */
  readonly #kept = new Map<string, { readonly identity: Identity; readonly until: number }>();

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
  }

  get(token: string): Identity | undefined {
    const found = this.#kept.get(token);
    const { now, elapsed } = this.#clocks;
    if (found && found.until > elapsed() && found.identity.expiresAt.getTime() > now()) return found.identity;
    this.#kept.delete(token);
    return undefined;
  }

  add(token: string, identity: Identity): void {
    this.#kept.delete(token);
    this.#kept.set(token, { identity, until: this.#clocks.elapsed() + KEPT_MS });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** Whoever they are is looked up again. */
  forget(userId: string): void {
    for (const [token, { identity }] of this.#kept) {
      if (identity.user.id === userId) this.#kept.delete(token);
    }
  }

  forgetAll(): void {
    this.#kept.clear();
  }
}
