/**
 * How long to wait before trying again, in milliseconds: full jitter, so that clients that failed together do not come back together.
 * @param failures how many there were before
 */
export function backoff(failures: number, firstMs: number, longestMs: number): number {
  return Math.random() * Math.min(longestMs, firstMs * 2 ** failures);
}
