import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InOrder } from './in-order.ts';

const upTo = (n: number, from = 1) => Array.from({ length: n - from + 1 }, (_, i) => i + from);

test('any order, with repeats, comes out as one order without holes', () => {
  const arrivals = fc
    .nat(30)
    .chain((n) =>
      fc.tuple(fc.nat(n), fc.shuffledSubarray([...upTo(n), ...upTo(n)], { minLength: 2 * n }), fc.nat(2 * n)),
    );
  fc.assert(
    fc.property(arrivals, ([position, items, startAt]) => {
      const out: number[] = [];
      const order = new InOrder<{ seq: number }>(({ seq }) => out.push(seq));
      for (const [i, seq] of items.entries()) {
        if (i === startAt) order.start(position);
        order.push({ seq });
      }
      order.start(position);
      expect(out).toEqual(upTo(items.length / 2, position + 1));
      expect(order.held).toBe(0);
      expect(order.hole()).toBeUndefined();
    }),
  );
});

test('what is missing is named, and holds back what follows', () => {
  const out: number[] = [];
  const order = new InOrder<{ seq: number }>(({ seq }) => out.push(seq));
  order.push({ seq: 9 });
  expect(order.hole()).toBeUndefined();
  order.start(4);
  for (const seq of [5, 8, 9]) order.push({ seq });
  expect(out).toEqual([5]);
  expect(order.hole()).toEqual({ after: 5, before: 8 });
  for (const seq of [6, 7]) order.push({ seq });
  expect(out).toEqual([5, 6, 7, 8, 9]);
});

test('what is known to be there and did not come is a hole, too', () => {
  const order = new InOrder<{ seq: number }>(() => {});
  order.expect(9);
  expect(order.hole()).toBeUndefined();
  order.start(4);
  order.expect(7);
  expect(order.hole()).toEqual({ after: 4, before: 10 });
  order.push({ seq: 8 });
  expect(order.hole()).toEqual({ after: 4, before: 8 });
  for (const seq of [5, 6, 7]) order.push({ seq });
  expect(order.hole()).toEqual({ after: 8, before: 10 });
  order.push({ seq: 9 });
  expect(order.hole()).toBeUndefined();
});
