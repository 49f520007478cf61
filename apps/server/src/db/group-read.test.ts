import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DatabaseUnavailable } from './errors.ts';
import { GroupRead } from './group-read.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const LIMITS = { statements: 2, reads: 3 };

/** Reads whose statements are answered when they are told to: each key with itself in capitals. */
function setUp() {
  const statements: { keys: readonly string[]; answer: () => Promise<void>; fail: () => Promise<void> }[] =
    [];
  const reads = new GroupRead<string, string>(
    (keys) =>
      new Promise((resolve, reject) => {
        const settle = async (how: () => void) => {
          how();
          await vi.advanceTimersByTimeAsync(0);
        };
        statements.push({
          keys,
          answer: () => settle(() => resolve(keys.map((key) => key.toUpperCase()))),
          fail: () => settle(() => reject(new Error('lost'))),
        });
      }),
    LIMITS,
  );
  const asked = () => statements.map(({ keys }) => keys.join(''));
  return { reads, statements, asked };
}

test('nothing waits when little is under way; then the next statement answers all who wait, as many as it may', async () => {
  const { reads, statements, asked } = setUp();
  const answers = Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((key) => reads.load(key)));
  expect(asked()).toEqual(['a', 'b']);
  await statements[1]?.answer();
  expect(asked()).toEqual(['a', 'b', 'cde']);
  for (let i = 0; i < statements.length; i += 1) await statements[i]?.answer();
  expect(asked()).toEqual(['a', 'b', 'cde', 'f']);
  expect(await answers).toEqual(['A', 'B', 'C', 'D', 'E', 'F']);
});

test('what is asked for while a statement is under way is read by a later one, the same key too', async () => {
  const { reads, statements, asked } = setUp();
  void reads.load('a');
  void reads.load('b');
  const again = reads.load('a');
  expect(asked()).toEqual(['a', 'b']);
  await statements[0]?.answer();
  expect(asked()).toEqual(['a', 'b', 'a']);
  await statements[2]?.answer();
  expect(await again).toBe('A');
});

test('a statement that fails fails its own reads, and no other', async () => {
  const { reads, statements } = setUp();
  const failed = reads.load('a').catch((error: unknown) => error);
  const fine = reads.load('b');
  const next = reads.load('c');
  await statements[0]?.fail();
  expect(await failed).toEqual(new Error('lost'));
  await statements[1]?.answer();
  await statements[2]?.answer();
  expect(await fine).toBe('B');
  expect(await next).toBe('C');
});

test('while no answer comes, whoever comes does not wait behind what is under way, to a limit', async () => {
  const { reads, statements, asked } = setUp();
  void reads.load('a');
  await statements[0]?.answer();
  for (const key of ['b', 'c', 'd']) void reads.load(key);
  expect(asked()).toEqual(['a', 'b', 'c']);
  await vi.advanceTimersByTimeAsync(1000);
  void reads.load('e');
  expect(asked()).toEqual(['a', 'b', 'c', 'de']);
  for (let n = 0; n < 50; n += 1) void reads.load('f');
  expect(asked().length).toBeLessThan(10);
});

test('while the database answers nobody, who waited for too long is refused when the next one comes', async () => {
  const { reads, asked } = setUp();
  const outcome = (key: string) => reads.load(key).catch((error: unknown) => error);
  for (let n = 0; n < 2; n += 1) void outcome('a');
  await vi.advanceTimersByTimeAsync(1000);
  for (let n = 0; n < 4; n += 1) void outcome('b');
  const late = outcome('c');
  expect(asked()).toHaveLength(LIMITS.statements * 3);
  await vi.advanceTimersByTimeAsync(6000);
  const inTime = vi.fn();
  void reads.load('d').finally(inTime);
  expect(await late).toBeInstanceOf(DatabaseUnavailable);
  await vi.advanceTimersByTimeAsync(1000);
  expect(inTime).not.toHaveBeenCalled();
});
