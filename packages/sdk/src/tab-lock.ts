import { DuetError } from './error.ts';

/** So long a tab holds a lease: one that is closed or put to sleep meanwhile does not keep the others waiting for ever. */
const LEASE_MS = 15_000;
/** Longer than other tabs need to see what one writes. */
const SETTLE_MS = 60;
const MAX_TRIES = 500;

/**
 * Does something while no other tab of this origin does it: refreshing a session, whose refresh token works once. By Web Locks; where there
 * are none, as on plain http, by a lease of 15 s in `localStorage`, so it should take no longer than that.
 * @param name of the lock, and of the lease
 * @throws DuetError `timeout` when other tabs hold it for too long
 */
export async function withTabLock<T>(name: string, act: () => Promise<T>): Promise<T> {
  const { locks } = globalThis.navigator ?? {};
  if (locks) return await locks.request(name, act);
  const release = await lease(`${name}.lock`);
  try {
    return await act();
  } finally {
    release();
  }
}

/** Fischer's algorithm: whoever finds it free writes, waits until all others see that, and has it if nobody wrote later. */
async function lease(key: string): Promise<() => void> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const mine = `${Date.now() + LEASE_MS} ${Math.random()}`;
    try {
      if (!isHeld(localStorage.getItem(key))) localStorage.setItem(key, mine);
    } catch {
      return () => {}; // no storage that tabs share, or a full one: then they share no session either
    }
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    // A tab that slept meanwhile tries again.
    if (localStorage.getItem(key) === mine && isHeld(mine)) {
      return () => {
        if (localStorage.getItem(key) === mine) localStorage.removeItem(key);
      };
    }
  }
  throw new DuetError('timeout', 'Another tab holds the lock');
}

/** Whether a lease still runs; one that runs for too long is of another clock. */
function isHeld(lease: string | null): boolean {
  const left = Number.parseInt(lease ?? '', 10) - Date.now();
  return left > 0 && left <= LEASE_MS;
}
