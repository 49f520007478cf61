import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DatabaseUnavailable } from './errors.ts';
import { Gate } from './gate.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const PLACES = 2;

/** Statements that go through a gate, and end when they are told to. */
function setUp() {
  const gate = new Gate(PLACES);
  const inside: string[] = [];
  const ends = new Map<string, () => void>();
  const pass = (name: string) =>
    gate.pass(() => {
      inside.push(name);
      return new Promise<void>((resolve) => ends.set(name, resolve));
    });
  const answer = async (name: string) => {
    ends.get(name)?.();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { inside, pass, answer };
}

test('before anything was answered there are as many inside as there are connections; the others follow in order', async () => {
  const { inside, pass, answer } = setUp();
  for (const name of ['a', 'b', 'c', 'd']) void pass(name);
  expect(inside).toEqual(['a', 'b']);
  await answer('b');
  expect(inside).toEqual(['a', 'b', 'c']);
  await answer('a');
  expect(inside).toEqual(['a', 'b', 'c', 'd']);
});

test('while answers come connections are shared, to a limit; when none comes nothing is put behind what waits', async () => {
  const { inside, pass, answer } = setUp();
  void pass('a');
  await answer('a');
  for (let n = 0; n < 100; n += 1) void pass(`${n}`);
  const shared = inside.length - 1;
  expect(shared).toBeGreaterThan(PLACES);
  expect(shared).toBeLessThan(100);
  // Its place is taken by one that waits, and no second one is let in.
  await answer('0');
  expect(inside.length - 1).toBe(shared + 1);

  const stalled = setUp();
  void stalled.pass('a');
  await stalled.answer('a');
  await vi.advanceTimersByTimeAsync(1000);
  for (let n = 0; n < 100; n += 1) void stalled.pass(`${n}`);
  expect(stalled.inside.length - 1).toBe(PLACES);
});

test('nobody waits for ever', async () => {
  const { inside, pass } = setUp();
  for (const name of ['a', 'b']) void pass(name);
  const refused = expect(pass('late')).rejects.toThrow(DatabaseUnavailable);
  await vi.advanceTimersByTimeAsync(6000);
  await refused;
  expect(inside).toEqual(['a', 'b']);
});
