/** How long a case may take; what it waits for others, or because the server asks for patience, is not its own time. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Waits, and gives that time back. @throws when the deadline has passed already */
  wait(ms: number): Promise<void>;
  /** The same for something else that is waited for. */
  during<T>(work: Promise<T>): Promise<T>;
  end(): void;
}

export function startDeadline(ms: number): Deadline {
  const controller = new AbortController();
  const { signal } = controller;
  let until = performance.now() + ms;
  let paused = 0;
  const look = () => {
    const left = paused > 0 ? ms : until - performance.now();
    if (left > 0) timer = setTimeout(look, left);
    else controller.abort(new Error(`it did not end within ${ms / 1000} s`));
  };
  let timer = setTimeout(look, ms);
  const during = async <T>(work: Promise<T>): Promise<T> => {
    const began = performance.now();
    paused += 1;
    try {
      return await work;
    } finally {
      paused -= 1;
      if (paused === 0) until += performance.now() - began;
    }
  };
  return {
    signal,
    during,
    wait: (pause) => during(new Promise((resolve) => setTimeout(resolve, pause))),
    end: () => {
      clearTimeout(timer);
      controller.abort(new Error('the case is over'));
    },
  };
}
