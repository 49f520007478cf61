import { expect, test } from 'vitest';
import { WorkQueue } from './work-queue.ts';

/** A queue, what began in it, and what ends one of its works. */
function setUp() {
  const began: string[] = [];
  const done: string[] = [];
  const ends = new Map<string, () => void>();
  const queue = new WorkQueue<string>((name) => void done.push(name));
  const add = (name: string, overlaps: boolean) =>
    queue.add({
      overlaps,
      run: () => {
        began.push(name);
        return new Promise((resolve) => ends.set(name, () => resolve(name)));
      },
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, add, end, began, done };
}

test('works that overlap begin at once, in order; one that does not waits for all before it, and all after wait for it', async () => {
  const { queue, add, end, began, done } = setUp();
  for (const name of ['a', 'b']) add(name, true);
  add('alone', false);
  for (const name of ['c', 'd']) add(name, true);
  expect(began).toEqual(['a', 'b']);
  expect(queue.size).toBe(5);
  await end('b');
  expect(began).toEqual(['a', 'b']);
  await end('a');
  expect(began).toEqual(['a', 'b', 'alone']);
  await end('alone');
  expect(began).toEqual(['a', 'b', 'alone', 'c', 'd']);
  expect(done).toEqual(['b', 'a', 'alone']);
});

test('it has settled when nothing runs or waits; what is dropped never begins', async () => {
  const { queue, add, end, began } = setUp();
  await queue.settled();
  add('a', false);
  add('b', false);
  let settled = false;
  const whenSettled = queue.settled().then(() => (settled = true));
  queue.drop();
  await Promise.resolve();
  expect(settled).toBe(false);
  await end('a');
  await whenSettled;
  expect(began).toEqual(['a']);
});
