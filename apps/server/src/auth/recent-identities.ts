import type { Identity } from './authenticate.ts';

/** How long a token is taken at its word: a key that was withdrawn is still good for so long. */
const KEPT_MS = 30_000;
const MAX_KEPT = 10_000;

/** Who the tokens of the last half minute belong to, so that a client's next request costs neither a signature nor a query. */
export class RecentIdentities {
  readonly #now: () => number;
  /** The oldest first. */
  readonly #kept = new Map<string, { readonly identity: Identity; readonly until: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get(token: string): Identity | undefined {
    const found = this.#kept.get(token);
    if (found && found.until > this.#now()) return found.identity;
    this.#kept.delete(token);
    return undefined;
  }

  add(token: string, identity: Identity): void {
    const until = Math.min(this.#now() + KEPT_MS, identity.expiresAt.getTime());
    this.#kept.delete(token);
    this.#kept.set(token, { identity, until });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}
