interface Entry<Value> {
  readonly value: Value;
  /** On the clock of `Date.now()`. */
  readonly until: number;
}

/** What was lately read, by id. When there is too much of it, what was kept first goes. */
export class Kept<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #most: number;
  readonly #forMs: number;

  /** @param forMs how long something is kept at most: whatever changes it in the database by hand is seen after that */
  constructor(most: number, forMs = Infinity) {
    this.#most = most;
    this.#forMs = forMs;
  }

  /** @param now once for many, as asking the clock costs more than looking */
  get(id: string, now?: number): Value | undefined {
    const entry = this.#entries.get(id);
    if (!entry) return undefined;
    return entry.until === Infinity || entry.until > (now ?? Date.now()) ? entry.value : undefined;
  }

  set(id: string, value: Value): void {
    this.#entries.delete(id);
    this.#entries.set(id, { value, until: Date.now() + this.#forMs });
    const [first] = this.#entries.keys();
    if (this.#entries.size > this.#most && first !== undefined) this.#entries.delete(first);
  }
}
