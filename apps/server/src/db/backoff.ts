/**
 * Seconds until a connection that broke is made anew. The driver counts all of a pool together, so one reset of ten is ten failures, after which its
 * own back-off would wait for 20 s.
 */
export function backoff(failures: number): number {
  return Math.min(0.02 * failures, 1);
}
