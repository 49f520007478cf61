import { Storage } from 'happy-dom';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { withTabLock } from '../src/index.ts';

// Tabs of one origin take turns, with Web Locks and without.

const LEASE = 'session.lock';
let storage: Storage;

beforeEach(() => {
  storage = new Storage();
  vi.stubGlobal('localStorage', storage);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});
const withoutLocks = () => vi.stubGlobal('navigator', {});

/** Something that takes its time, and sees whether another one is at it. */
function work() {
  let busy = 0;
  let most = 0;
  let done = 0;
  const act = async () => {
    busy += 1;
    most = Math.max(most, busy);
    await new Promise((resolve) => setTimeout(resolve, 500));
    busy -= 1;
    done += 1;
    return done;
  };
  return { act, seen: () => ({ most, done }) };
}

describe.each([
  ['with Web Locks', () => {}],
  ['without Web Locks', withoutLocks],
])('%s', (_, prepare) => {
  test('one tab after the other does it', async () => {
    prepare();
    const { act, seen } = work();
    const all = Promise.all(Array.from({ length: 10 }, () => withTabLock('session', act)));
    await vi.advanceTimersByTimeAsync(20_000);
    expect((await all).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(seen()).toEqual({ most: 1, done: 10 });
    expect(storage.length).toBe(0);
  });

  test('one that fails lets the next one go on', async () => {
    prepare();
    const failing = withTabLock('session', () => Promise.reject(new Error('no network')));
    const caught = expect(failing).rejects.toThrow('no network');
    const next = withTabLock('session', async () => 'next');
    await vi.advanceTimersByTimeAsync(1000);
    await caught;
    expect(await next).toBe('next');
  });
});

test('a tab that is gone keeps the others waiting for its lease, and no longer', async () => {
  withoutLocks();
  void withTabLock('session', () => new Promise(() => {}));
  await vi.advanceTimersByTimeAsync(100);
  expect(storage.getItem(LEASE)).not.toBe(null);
  const { act, seen } = work();
  const next = withTabLock('session', act);
  await vi.advanceTimersByTimeAsync(14_000);
  expect(seen().done).toBe(0);
  await vi.advanceTimersByTimeAsync(2000);
  expect(await next).toBe(1);
});

test('a tab that sleeps longer than its lease while it takes it does not have it', async () => {
  withoutLocks();
  const { act, seen } = work();
  const sleeping = withTabLock('session', act);
  vi.setSystemTime(Date.now() + 60_000);
  await vi.advanceTimersByTimeAsync(60); // it is awake, and the lease is over
  const other = withTabLock('session', act);
  await vi.advanceTimersByTimeAsync(3000);
  await Promise.all([sleeping, other]);
  expect(seen()).toEqual({ most: 1, done: 2 });
});

test('a lease of a clock that went ahead, or of something else, keeps nobody waiting', async () => {
  withoutLocks();
  for (const lease of [`${Date.now() + 3_600_000} 0.5`, 'something else', '']) {
    storage.setItem(LEASE, lease);
    const taken = withTabLock('session', async () => 'taken');
    await vi.advanceTimersByTimeAsync(100);
    expect(await taken).toBe('taken');
  }
});

test('whoever never gets it says so', async () => {
  withoutLocks();
  let isOver = false;
  const hold = async (): Promise<void> => {
    while (!isOver) {
      storage.setItem(LEASE, `${Date.now() + 10_000} 0.5`);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  };
  void hold();
  const refused = expect(withTabLock('session', async () => {})).rejects.toMatchObject({ code: 'timeout' });
  await vi.advanceTimersByTimeAsync(60_000);
  await refused;
  isOver = true;
});

test.for([
  ['null', null],
  [
    'full',
    {
      getItem: () => null,
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError');
      },
    },
  ],
] as const)('a storage that is %s keeps nobody from going on', async ([, broken]) => {
  withoutLocks();
  vi.stubGlobal('localStorage', broken);
  expect(await withTabLock('session', async () => 'done')).toBe('done');
});
