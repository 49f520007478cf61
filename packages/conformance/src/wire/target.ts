/** Where the server is: one address, or those of several nodes, which are used in turn. */
export interface Target {
  /** The base URL of the next request or socket. */
  next(): string;
  /** How long to wait for an answer or a frame. */
  readonly patienceMs: number;
}

export function createTarget(urls: readonly [string, ...string[]], patienceMs: number): Target {
  let turn = 0;
  return {
    next: () => {
      turn += 1;
      return urls[turn % urls.length] ?? urls[0];
    },
    patienceMs,
  };
}
