import type { Live } from '../index.ts';

/** How many want it connected. */
const holders = new WeakMap<Live, number>();

/**
 * Connects, and stays connected until everybody who called has let go.
 * @returns a function that lets go; to be called once
 */
export function keepConnected(live: Live): () => void {
  const count = (change: number) => holders.set(live, (holders.get(live) ?? 0) + change);
  count(1);
  live.connect();
  return () => {
    count(-1);
    // Who comes back in the same breath, as in StrictMode, finds the connection still there.
    queueMicrotask(() => {
      if (holders.get(live) === 0) live.close();
    });
  };
}
