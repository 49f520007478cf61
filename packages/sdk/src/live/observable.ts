/** A value that changes: `get` it, and be told when it did. The shape that React's `useSyncExternalStore` takes. */
export interface Observable<T> {
  /** The present value; the same object as long as nothing changed. */
  get(): T;
  /** @returns a function that ends it */
  subscribe(listener: () => void): () => void;
}

/** An observable that is computed when somebody looks. */
export class Computed<T> implements Observable<T> {
  readonly #compute: () => T;
  readonly #listeners = new Set<() => void>();
  readonly #onWatched: ((isWatched: boolean) => void) | undefined;
  #value: { readonly of: T } | undefined;
  #isTelling = false;

  /** @param onWatched told when the first listener comes, and when the last one goes */
  constructor(compute: () => T, onWatched?: (isWatched: boolean) => void) {
    this.#compute = compute;
    this.#onWatched = onWatched;
  }

  // Bound, so that they can be handed to `useSyncExternalStore` as they are.
  readonly get = (): T => {
    this.#value ??= { of: this.#compute() };
    return this.#value.of;
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
    this.#value = undefined;
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
