/** The bound of a wait for what is sure to come. Only a hang reaches it: it is not made for a fast machine. */
export const PATIENCE_MS = 120_000;

/** Rejects when a promise takes longer than `ms`, naming what was awaited. */
export async function bounded<T>(what: string, promise: Promise<T>, ms = PATIENCE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
