import { type MockInstance, vi } from 'vitest';

let elapsed: MockInstance<() => number> | undefined;

/**
 * The clock of this process, and so of the server in it, stands still: no limit's window ends and no timer fires, however slow the machine is. Sockets
 * and databases go on as they are.
 */
export function stopClock(): void {
  const since = Math.ceil(performance.now()); // differences are exact
  const now = Math.ceil(Date.now() / 1000) * 1000; // tokens count in seconds
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'], now });
  const fromZero = performance.now.bind(performance);
  elapsed = vi.spyOn(performance, 'now').mockImplementation(() => since + fromZero());
}

/** As much time passes at once, and whatever was to happen in it does. */
export function pass(ms: number): void {
  vi.advanceTimersByTime(ms);
}

/** No limit's window ends any more, whatever passes. */
export function holdWindows(): void {
  elapsed?.mockReturnValue(performance.now());
}

/** It goes on by itself; servers cannot stop without. */
export function startClock(): void {
  elapsed?.mockRestore();
  vi.useRealTimers();
}
