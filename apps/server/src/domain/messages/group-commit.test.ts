import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GroupCommit, type GroupCommitLimits } from './group-commit.ts';

interface Item {
  readonly key: string;
  readonly id: string;
  /** How often a batch that holds it fails, and with what. */
  fails: number;
  readonly error: 'transient' | 'ofOne' | 'final';
  readonly n: number;
}

const LIMITS: GroupCommitLimits = { batches: 2, batchItems: 5, batchBytes: 50, items: 1000, bytes: 1e6 };

class Refusal extends Error {
  readonly kind: Item['error'];
  constructor(kind: Item['error']) {
    super(kind);
    this.kind = kind;
  }
}
const isKind = (error: unknown, ...kinds: Item['error'][]) =>
  error instanceof Refusal && kinds.includes(error.kind);

/** A group commit over a store that fails as its items say, and what it saw. */
function setUp(limits: Partial<GroupCommitLimits> = {}, pause = async () => {}) {
  const stored: Item[] = [];
  const batches: (readonly Item[])[] = [];
  const open = new Map<string, number>();
  let overlap = false;
  const work = async (batch: readonly Item[]) => {
    batches.push(batch);
    const keys = new Set(batch.map(({ key }) => key));
    for (const key of keys) {
      if (open.get(key)) overlap = true;
      open.set(key, 1);
    }
    await pause();
    for (const key of keys) open.delete(key);
    const bad = batch.find(({ fails }) => fails > 0);
    if (bad) {
      bad.fails -= 1;
      throw new Refusal(bad.error);
    }
    stored.push(...batch);
    return batch.map(({ n }) => n);
  };
  const commit = new GroupCommit<Item, number>({
    doBatch: work,
    doAlone: work,
    keyOf: ({ key }) => key,
    idOf: ({ id }) => id,
    sizeOf: () => 10,
    isTransient: (error) => isKind(error, 'transient'),
    beforeRetry: async () => {},
    isOfOne: (error) => isKind(error, 'transient', 'ofOne'),
    limits: { ...LIMITS, ...limits },
  });
  return { commit, stored, batches, overlapped: () => overlap };
}

const item = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd'),
  id: fc.constantFrom('1', '2', '3', '4', '5', '6'),
  fails: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(4)),
  error: fc.constantFrom<Item['error'][]>('transient', 'ofOne', 'final'),
  /** How many turns of the event loop before it comes. */
  after: fc.nat(3),
});

test('whatever fails, each item is done once or refused, a key’s in order, never in two batches at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(item, { maxLength: 40 }), async (given) => {
      const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
      const { commit, stored, batches, overlapped } = setUp({}, turn);
      const outcomes: Promise<number | undefined>[] = [];
      for (const [n, { after, ...rest }] of given.entries()) {
        for (let i = 0; i < after; i += 1) await turn();
        const added = commit.add({ ...rest, n });
        expect(added).toBeDefined();
        outcomes.push(Promise.resolve(added).catch(() => undefined));
      }
      const settled = await Promise.all(outcomes);
      const done = settled.flatMap((outcome, n) => (outcome === undefined ? [] : [n]));
      // Whoever heard of success is stored, once, and nobody else is.
      expect(settled.every((outcome, n) => outcome === undefined || outcome === n)).toBe(true);
      expect(stored.map(({ n }) => n).sort((x, y) => x - y)).toEqual(done);
      for (const key of ['a', 'b', 'c', 'd']) {
        const order = stored.filter((each) => each.key === key).map(({ n }) => n);
        expect(order).toEqual(order.toSorted((x, y) => x - y));
      }
      expect(overlapped()).toBe(false);
      for (const batch of batches) {
        expect(batch.length).toBeLessThanOrEqual(LIMITS.batchItems);
        expect(new Set(batch.map(({ key, id }) => key + id)).size).toBe(batch.length);
      }
      // An item that never failed is not refused, unless it was in a batch that failed for good.
      const isFinal = given.some(({ error, fails }) => error === 'final' && fails > 0);
      if (!isFinal) for (const [n, { fails }] of given.entries()) if (fails === 0) expect(done).toContain(n);
    }),
    { numRuns: 300 },
  );
});

const plain = (n: number, key = `${n}`): Item => ({ key, id: `${n}`, fails: 0, error: 'final', n });

test('what comes while a batch is under way is the next one, together', async () => {
  let finish = () => {};
  const gate = new Promise<void>((resolve) => (finish = resolve));
  const { commit, batches } = setUp({ batches: 1, batchItems: 100, batchBytes: 1e6 }, () => gate);
  const all = Array.from({ length: 50 }, (_, n) => commit.add(plain(n)));
  finish();
  await Promise.all(all);
  expect(batches.map((batch) => batch.length)).toEqual([1, 49]);
});

test('what waited for a batch lets the others go first, and takes along what the batch led to; without others it does not wait', async () => {
  const ends: (() => void)[] = [];
  const { commit, batches } = setUp({}, () => new Promise<void>((resolve) => ends.push(resolve)));
  const begun = () => batches.map((batch) => batch.map(({ n }) => n));
  const end = async (batch: number) => {
    ends[batch]?.();
    for (let i = 0; i < 3; i += 1) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  void commit.add(plain(1, 'x'));
  void commit.add(plain(2, 'y'));
  void commit.add(plain(3, 'x')); // the other side's, at the same time
  void commit.add(plain(4, 'z'));
  await end(0);
  void commit.add(plain(5, 'x')); // the answer to the first
  expect(begun()).toEqual([[1], [2], [4]]);
  void commit.add(plain(6, 'y'));
  await end(2); // whatever becomes of the one beside it
  expect(begun()).toEqual([[1], [2], [4], [3, 5]]);
  await end(1);
  expect(begun()).toEqual([[1], [2], [4], [3, 5], [6]]);
  for (const batch of [3, 4]) await end(batch);
});

test('more than it may hold is not taken, by number and by size; when there is room again, it is', async () => {
  for (const limits of [{ items: 3 }, { bytes: 30 }]) {
    const { commit } = setUp(limits);
    const taken = [1, 2, 3].map((n) => commit.add(plain(n)));
    expect(commit.add(plain(4))).toBeUndefined();
    await Promise.all(taken);
    expect(await commit.add(plain(5))).toBe(5);
  }
});
