const AT_ONCE = 16;

/** Runs work for every item, some at once. @returns the results in the order of the items */
export async function each<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const left = items.entries();
  const next = async () => {
    for (const [i, item] of left) results[i] = await work(item, i);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return results;
}
