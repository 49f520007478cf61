import fc from 'fast-check';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DomainError } from '../domain/error.ts';
import { Allowance } from './allowance.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const LIMIT = { points: 100, seconds: 5 };
const storeOf = () => new RateLimiterMemory({ points: LIMIT.points, duration: LIMIT.seconds });

/** Whether one is let through; the wait to be told otherwise. */
async function ask(allowance: Allowance, key = 'ada'): Promise<true | number> {
  try {
    await allowance.take(key);
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'rate_limited') return error.retryAfter ?? 0;
    throw error;
  }
}
async function letThrough(allowance: Allowance, tries: number): Promise<number> {
  const answers = await Promise.all(Array.from({ length: tries }, () => ask(allowance)));
  return answers.filter((answer) => answer === true).length;
}

test('a limit is let through to the last, and again when the time is up that was told', async () => {
  const allowance = new Allowance(storeOf(), LIMIT);
  expect(await letThrough(allowance, 150)).toBe(100);
  await vi.advanceTimersByTimeAsync(1500);
  expect(await ask(allowance)).toBe(4);
  await vi.advanceTimersByTimeAsync(4000);
  expect(await letThrough(allowance, 150)).toBe(100);
});

test('a refusal lasts a second, so that nothing overtakes what was refused', async () => {
  const allowance = new Allowance(storeOf(), LIMIT);
  expect(await letThrough(allowance, 100)).toBe(100);
  await vi.advanceTimersByTimeAsync(4990);
  expect(await ask(allowance)).toBe(1);
  await vi.advanceTimersByTimeAsync(900);
  expect(await ask(allowance)).toBe(1);
  await vi.advanceTimersByTimeAsync(110);
  expect(await ask(allowance)).toBe(true);
});

test('who goes on regardless hears of it late', async () => {
  const allowance = new Allowance(storeOf(), LIMIT);
  expect(await letThrough(allowance, 300)).toBe(100);
  let heard: true | number | undefined;
  const late = ask(allowance).then((answer) => (heard = answer));
  await vi.advanceTimersByTimeAsync(120);
  expect(heard).toBeUndefined();
  await vi.advanceTimersByTimeAsync(260);
  await late;
  expect(heard).toBe(5);
});

test('a tenth costs no promise, and the store hears of nobody who does no more', async () => {
  const store = storeOf();
  const consume = vi.spyOn(store, 'consume');
  const allowance = new Allowance(store, LIMIT);
  for (let n = 0; n < 10; n += 1) expect(allowance.take('ada')).toBeUndefined();
  expect(consume).not.toHaveBeenCalled();
  await allowance.take('ada');
  expect(consume).toHaveBeenCalledExactlyOnceWith('ada', 20);
});

test('what is given back is there again', async () => {
  const allowance = new Allowance(storeOf(), LIMIT);
  expect(await letThrough(allowance, 101)).toBe(100);
  allowance.giveBack('ada');
  expect([await ask(allowance), await ask(allowance)]).toEqual([true, 5]);
});

test('one is served before the other who asked later, however slow the store', async () => {
  const store = storeOf();
  const consume = store.consume.bind(store);
  vi.spyOn(store, 'consume').mockImplementation(async (...args) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return consume(...args);
  });
  const allowance = new Allowance(store, LIMIT);
  const served: number[] = [];
  const asked = Array.from({ length: 95 }, async (_, n) => {
    await new Promise((resolve) => setTimeout(resolve, n * 3));
    await allowance.take('ada');
    served.push(n);
  });
  await vi.advanceTimersByTimeAsync(1000);
  await Promise.all(asked);
  expect(served).toEqual(Array.from({ length: 95 }, (_, n) => n));
});

test('nodes that share a store let through the limit, and at most a tenth of it each besides', async () => {
  await fc.assert(
    fc.asyncProperty(
      // No more than are refused at once.
      fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 25 })), { maxLength: 12 }),
      async (visits) => {
        const store = storeOf();
        const nodes = [0, 1, 2].map(() => new Allowance(store, LIMIT));
        let passed = 0;
        let tried = 0;
        for (const [node, tries] of visits) {
          const allowance = nodes[node];
          if (!allowance) continue;
          tried += tries;
          passed += await letThrough(allowance, tries);
        }
        expect(passed).toBeLessThanOrEqual(130);
        // A node may keep for itself what it did not need of its last part.
        expect(passed).toBeGreaterThanOrEqual(Math.min(tried, 100 - 2 * 9));
      },
    ),
    { numRuns: 50 },
  );
});
