import { expect, test } from 'vitest';
import { Histogram } from '../src/measure/histogram.ts';
import { median, ratios, spreadOf } from '../src/measure/statistics.ts';

test('the median is the middle one, or between the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([10, 1, 2, 4])).toBe(3);
  expect(median([])).toBeNaN();
});

test('a spread goes from the least to the most', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
});

test('ratios are taken within a round, not between medians', () => {
  // The machine was half as fast in the second round, for both.
  expect(ratios([200, 100], [100, 50])).toEqual([2, 2]);
});

test('a quantile is right within a bucket, also of several histograms together', () => {
  const [odd, even] = [new Histogram(), new Histogram()];
  for (let us = 1; us <= 100_000; us += 1) (us % 2 ? odd : even).record(us);
  const all = new Histogram();
  all.addPairs(odd.toPairs());
  all.addPairs(even.toPairs());
  expect(all.count).toBe(100_000);
  for (const q of [0.5, 0.9, 0.99]) expect(Math.abs(all.quantile(q) / (q * 100_000) - 1)).toBeLessThan(0.012);
  all.clear();
  expect(all.quantile(0.5)).toBeNaN();
});
