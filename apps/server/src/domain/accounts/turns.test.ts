import { PATIENCE_MS } from '@duet/testing/wait';
import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('so many work at once, so many wait in their order, and the next is refused; a failure passes the turn on, too', async () => {
  const inTurn = createTurns({ atOnce: 2, waiting: 3, onTooMany: () => new Error('too many') });
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const work = (n: number) =>
    inTurn(async () => {
      begun.push(n);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (n === 0) throw new Error('failed');
      return n;
    });
  const all = Promise.allSettled([0, 1, 2, 3, 4, 5].map(work));
  await expect.poll(() => begun, { timeout: PATIENCE_MS }).toEqual([0, 1]);
  for (let n = 0; n < 5; n += 1) {
    ends.shift()?.();
    await expect.poll(() => begun.length, { timeout: PATIENCE_MS }).toBe(Math.min(5, n + 3));
  }
  const outcomes = (await all).map((result) =>
    result.status === 'fulfilled' ? result.value : result.reason.message,
  );
  expect(outcomes).toEqual(['failed', 1, 2, 3, 4, 'too many']);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  const later = work(6);
  await expect.poll(() => begun, { timeout: PATIENCE_MS }).toContain(6);
  ends.shift()?.();
  expect(await later).toBe(6);
});
