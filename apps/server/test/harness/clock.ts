import { vi } from 'vitest';

const { setTimeout: realSetTimeout } = globalThis;
/** What limits know of the time, while no window ends. */
let held: number | undefined;

/**
 * The clock of this process, and so of the server in it, stands still: no limit's window ends and nothing happens that has its time, however slow the
 * machine is. Sockets and databases go on as they are.
 */
export function stopClock(): void {
  const since = Math.ceil(performance.now()); // differences are exact
  const now = Math.ceil(Date.now() / 1000) * 1000; // tokens count in seconds
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'], now });
  const fromZero = performance.now.bind(performance);
  performance.now = () => held ?? since + fromZero();
  // What is to be done at once, as the driver's connecting, takes no time. (A spy of vitest's would be put back when the file ends.)
  globalThis.setTimeout = new Proxy(globalThis.setTimeout, {
    apply: (fake, self, given) => Reflect.apply(given[1] ? fake : realSetTimeout, self, given),
  });
}

/** As much time passes at once, and whatever was to happen in it does. */
export function pass(ms: number): void {
  vi.advanceTimersByTime(ms);
}

/** No limit's window ends any more, whatever passes. */
export function holdWindows(): void {
  held = performance.now();
}

/** It goes on by itself; servers cannot stop without. What was to happen within a minute happens first, for nobody waits for it any more. */
export function startClock(): void {
  vi.advanceTimersByTime(60_000);
  held = undefined;
  vi.useRealTimers();
  globalThis.setTimeout = realSetTimeout;
}
