const now = Date.now;

/** What time it is, whatever somebody did to the clock. */
export function trueTime(): number {
  return now();
}

/** Somebody sets the clock of this process. */
export function shiftClock(ms: number): void {
  Date.now = ms === 0 ? now : () => now() + ms;
}
