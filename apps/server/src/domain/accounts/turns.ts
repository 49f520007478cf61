export interface TurnsOptions {
  /** How many work at once. */
  readonly atOnce: number;
  /** How many may wait for that. */
  readonly waiting: number;
  /** What the next one gets. */
  readonly onTooMany: () => Error;
}

/** Lets only so many work at once, the others in the order they came, and refuses those that would have to wait for too many. */
export function createTurns({ atOnce, waiting, onTooMany }: TurnsOptions) {
  const queue: (() => void)[] = [];
  let working = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (working >= atOnce) {
      if (queue.length >= waiting) throw onTooMany();
      await new Promise<void>((resolve) => queue.push(resolve)); // whoever leaves hands over their place
    } else {
      working += 1;
    }
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else working -= 1;
    }
  };
}
