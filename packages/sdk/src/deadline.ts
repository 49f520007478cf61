import { DuetError } from './error.ts';
import type { Signal } from './platform.ts';

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The end of a call: its time, or its caller's signal. */
export interface Deadline {
  /** Aborted at the end, for `fetch`. */
  readonly signal: Signal;
  readonly remainingMs: number;
  /** What the promise comes to, or the end if that is sooner. @throws DuetError `timeout`, `aborted` */
  race<T>(promise: Promise<T>): Promise<T>;
  sleep(ms: number): Promise<void>;
  /** Lets go of timer and signal; for `finally`. */
  release(): void;
}

/**
 * `AbortSignal.any` and `.timeout` are not everywhere (React Native), and not every `fetch` obeys a signal.
 * @throws DuetError `aborted` if the signal already is
 */
export function startDeadline(timeoutMs: number, outer?: Signal | undefined): Deadline {
  const aborted = () => new DuetError('aborted', 'The call was aborted', { cause: outer?.reason });
  if (outer?.aborted) throw aborted();

  const controller = new AbortController();
  const { promise: end, reject } = withReject();
  const stop = (error: DuetError) => {
    reject(error);
    controller.abort(error);
  };
  const onAbort = () => stop(aborted());
  outer?.addEventListener('abort', onAbort);
  const endsAt = performance.now() + timeoutMs; // by a clock that nobody sets
  const timer = setTimeout(
    () => stop(new DuetError('timeout', `No answer within ${timeoutMs} ms`)),
    Math.min(timeoutMs, MAX_TIMER_MS),
  );

  const race = <T>(promise: Promise<T>) => Promise.race([promise, end]);
  return {
    signal: controller.signal,
    get remainingMs() {
      return endsAt - performance.now();
    },
    race,
    sleep: async (ms) => {
      let wake: ReturnType<typeof setTimeout> | undefined;
      try {
        await race(new Promise<void>((resolve) => (wake = setTimeout(resolve, ms))));
      } finally {
        clearTimeout(wake);
      }
    },
    release: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', onAbort);
    },
  };
}

/** A promise that can only fail, and that nobody needs to wait for. */
function withReject(): { promise: Promise<never>; reject: (error: DuetError) => void } {
  let reject = (_error: DuetError) => {};
  const promise = new Promise<never>((_, rejectIt) => (reject = rejectIt));
  promise.catch(() => {});
  return { promise, reject };
}
