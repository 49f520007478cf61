import { DatabaseUnavailable } from './errors.ts';

/** As long a statement waits for a connection. */
const WAIT_MS = 5000;
/** While answers come, so many statements may be on one connection: they are written and read together, which saves a fifth of a page's processor time. */
const PIPELINE = 8;
/** Without an answer for this long what is inside may wait for locks, and nothing is put behind it. */
const STALLED_MS = 20;
/** How often it is looked who has waited for too long. */
const SWEEP_MS = 500;

interface Waiting {
  readonly since: number;
  readonly enter: () => void;
  readonly refuse: (why: DatabaseUnavailable) => void;
}

/**
 * Lets in as many at a time as there are connections, and more while that goes fast; the others wait, in order and not for long. The driver by
 * itself would keep them for ever, and most of them behind those that wait for a lock.
 */
export class Gate {
  readonly #places: number;
  #inside = 0;
  #answeredAt = -Infinity;
  /** Those who came first, first. */
  readonly #waiting = new Set<Waiting>();
  #sweep: NodeJS.Timeout | undefined;

  constructor(places: number) {
    this.#places = places;
  }

  /** @throws DatabaseUnavailable when there was no place in time */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#hasRoom()) this.#inside += 1;
    else await this.#wait();
    try {
      return await work();
    } finally {
      this.#answeredAt = performance.now();
      const [next] = this.#waiting;
      if (next === undefined) this.#inside -= 1;
      else {
        this.#waiting.delete(next);
        next.enter(); // its place is this one
      }
    }
  }

  #hasRoom(): boolean {
    if (this.#inside < this.#places) return true;
    return this.#inside < this.#places * PIPELINE && performance.now() - this.#answeredAt < STALLED_MS;
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
