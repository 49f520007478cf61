/** Says yes to the first of each kind, and after that once in `everyMs`: what keeps failing for one reason is not to fill the log. */
export function rarely(everyMs: number): (kind: string) => boolean {
  const saidAt = new Map<string, number>();
  return (kind) => {
    const now = performance.now();
    if (now - (saidAt.get(kind) ?? Number.NEGATIVE_INFINITY) < everyMs) return false;
    saidAt.set(kind, now);
    return true;
  };
}
