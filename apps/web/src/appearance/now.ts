import { useSyncExternalStore } from 'react';

const STEP_MS = 15_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = new Date();

/** The time, which moves on every quarter of a minute: for what says how long ago something was. */
export function useNow(): Date {
  return useSyncExternalStore(subscribe, get);
}

function get(): Date {
  if (Date.now() - now.getTime() >= STEP_MS) now = new Date();
  return now;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = new Date();
    for (const each of listeners) each();
  }, STEP_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
