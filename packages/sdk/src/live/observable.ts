/** A value that changes: `get` it, and be told when it did. The shape that React's `useSyncExternalStore` takes. */
export interface Observable<T> {
  /** The present value; the same object as long as nothing changed. */
  get(): T;
  /** @returns a function that ends it */
  subscribe(listener: () => void): () => void;
}

/** An observable that is computed when somebody looks. What comes out as it was before stays the same object. */
export class Computed<T> implements Observable<T> {
  readonly #compute: (before: T | undefined) => T;
  readonly #listeners = new Set<() => void>();
  readonly #onWatched: ((isWatched: boolean) => void) | undefined;
  #value: T | undefined;
  #isCurrent = false;
  #isTelling = false;

  /**
   * @param compute given the value before, to take from it what did not change
   * @param onWatched told when the first listener comes, and when the last one goes
   */
  constructor(compute: (before: T | undefined) => T, onWatched?: (isWatched: boolean) => void) {
    this.#compute = compute;
    this.#onWatched = onWatched;
  }

  // Bound, so that they can be handed to `useSyncExternalStore` as they are.
  readonly get = (): T => {
    if (this.#isCurrent && this.#value !== undefined) return this.#value;
    const value = this.#compute(this.#value);
    this.#value = isSame(value, this.#value) ? this.#value : value;
    this.#isCurrent = true;
    return this.#value ?? value;
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    const own = () => listener(); // the same function may listen twice
    this.#listeners.add(own);
    if (this.#listeners.size === 1) this.#onWatched?.(true);
    return () => {
      if (this.#listeners.delete(own) && this.#listeners.size === 0) this.#onWatched?.(false);
    };
  };

  /** Something that the value is made of changed. Listeners are told once for all that changes in one go. */
  changed(): void {
    this.#isCurrent = false;
    if (this.#isTelling || this.#listeners.size === 0) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      for (const listener of [...this.#listeners]) {
        try {
          listener();
        } catch (error) {
          // One listener's fault is not the others'; it surfaces as uncaught, as in an event handler.
          setTimeout(() => {
            throw error;
          });
        }
      }
    });
  }
}

/** Whether two objects have the same properties, or two lists the same members. */
export function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const known = new Map<string, unknown>(Object.entries(b));
  const entries = Object.entries(a);
  return entries.length === known.size && entries.every(([key, value]) => value === known.get(key));
}

/** The list as it was before, if it has the same members. */
export function sameList<T>(list: readonly T[], before: readonly T[] | undefined): readonly T[] {
  return before?.length === list.length && list.every((member, index) => member === before[index])
    ? before
    : list;
}
