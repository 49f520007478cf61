import { afterEach, expect, test, vi } from 'vitest';
import { Kept } from './kept.ts';

afterEach(() => vi.useRealTimers());

test('so many are kept, and then the first goes for each that comes', () => {
  const kept = new Kept<number>(3);
  for (const n of [1, 2, 3]) kept.set(`${n}`, n);
  kept.set('1', 10); // kept anew, so the second is the first now
  kept.set('4', 4);
  expect(['1', '2', '3', '4'].map((id) => kept.get(id))).toEqual([10, undefined, 3, 4]);
});

test('what was kept for its time is not there any more', () => {
  vi.useFakeTimers();
  const kept = new Kept<string>(3, 1000);
  kept.set('a', 'once');
  vi.advanceTimersByTime(999);
  expect(kept.get('a')).toBe('once');
  vi.advanceTimersByTime(1);
  expect(kept.get('a')).toBeUndefined();
  kept.set('a', 'again');
  expect(kept.get('a')).toBe('again');
});
