/** Something to do that never rejects. */
export interface Work<Result> {
  /** It takes its place in the order when it begins, and need not be over before the next such work begins. */
  readonly overlaps: boolean;
  readonly run: () => Promise<Result>;
}

/** Begins works in the order they came; one that does not overlap waits for all before it, and all after it wait for it. */
export class WorkQueue<Result> {
  readonly #done: (result: Result) => void;
  #waiting: Work<Result>[] = [];
  #running = 0;
  /** What runs is alone. */
  #alone = false;
  #whenSettled: (() => void)[] = [];

  /** @param done hears of each result, in the order in which they come */
  constructor(done: (result: Result) => void) {
    this.#done = done;
  }

  /** How many are running or wait. */
  get size(): number {
    return this.#running + this.#waiting.length;
  }

  add(work: Work<Result>): void {
    if (this.#waiting.length === 0 && this.#mayBegin(work)) this.#begin(work);
    else this.#waiting.push(work);
  }

  /** What has not begun never will. */
  drop(): void {
    this.#waiting = [];
  }

  /** Resolves when nothing runs or waits. */
  settled(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenSettled.push(resolve));
  }

  #mayBegin({ overlaps }: Work<Result>): boolean {
    return this.#running === 0 || (overlaps && !this.#alone);
  }

  #begin(work: Work<Result>): void {
    this.#running += 1;
    this.#alone = !work.overlaps;
    void work.run().then((result) => this.#end(result));
  }

  #end(result: Result): void {
    this.#running -= 1;
    this.#done(result);
    for (let next = this.#waiting[0]; next && this.#mayBegin(next); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#begin(next);
    }
    if (this.size > 0) return;
    for (const resolve of this.#whenSettled) resolve();
    this.#whenSettled = [];
  }
}
