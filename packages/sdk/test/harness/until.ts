import { PATIENCE_MS } from '@duet/testing/wait';
import type { Observable } from '../../src/index.ts';

// Waits for what really happens, in tests that have their timers faked, too.
const { setTimeout, clearTimeout, setImmediate } = globalThis;

/** Resolves when what is observed is as it should be. */
export function until<T>(observable: Observable<T>, holds: (value: T) => boolean): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      stop();
      settle();
    };
    const look = () => {
      const value = observable.get();
      if (holds(value)) end(() => resolve(value));
    };
    const stop = observable.subscribe(look);
    const timer = setTimeout(() => {
      const text = JSON.stringify(observable.get());
      end(() =>
        reject(new Error(`not within ${PATIENCE_MS} ms: ${text.slice(0, 1000)} … ${text.slice(-1000)}`)),
      );
    }, PATIENCE_MS);
    look();
  });
}

/** Resolves when something that nobody tells about is so. */
export async function eventually(holds: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within ${PATIENCE_MS} ms: ${holds}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
