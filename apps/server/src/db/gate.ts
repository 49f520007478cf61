import { DatabaseUnavailable } from './errors.ts';

/** As long a statement waits for a connection. */
const WAIT_MS = 5000;
/** How often it is looked who has waited for too long. */
const SWEEP_MS = 500;

interface Waiting {
  readonly since: number;
  readonly enter: () => void;
  readonly refuse: (why: DatabaseUnavailable) => void;
}

/**
 * Lets in as many at a time as there are connections; the others wait, in order and not for long. The driver by itself would put statements behind
 * one that waits for a lock, on its connection, and keep the rest for ever.
 */
export class Gate {
  readonly #places: number;
  #inside = 0;
  /** Those who came first, first. */
  readonly #waiting = new Set<Waiting>();
  #sweep: NodeJS.Timeout | undefined;

  constructor(places: number) {
    this.#places = places;
  }

  /** @throws DatabaseUnavailable when there was no place in time */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside < this.#places) this.#inside += 1;
    else await this.#wait();
    try {
      return await work();
    } finally {
      const [next] = this.#waiting;
      if (next === undefined) this.#inside -= 1;
      else {
        this.#waiting.delete(next);
        next.enter(); // its place is this one
      }
    }
  }

  /** Refuses all who wait. */
  clear(why: DatabaseUnavailable): void {
    const all = [...this.#waiting];
    this.#waiting.clear();
    for (const { refuse } of all) refuse(why);
  }

  #wait(): Promise<void> {
    return new Promise((enter, refuse) => {
      this.#waiting.add({ since: performance.now(), enter, refuse });
      this.#sweep ??= setInterval(() => this.#sweepOut(), SWEEP_MS).unref();
    });
  }

  #sweepOut(): void {
    const late = performance.now() - WAIT_MS;
    for (const one of this.#waiting) {
      if (one.since > late) break;
      this.#waiting.delete(one);
      one.refuse(new DatabaseUnavailable('no connection was free in time'));
    }
    if (this.#waiting.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }
}
