import { expect, test } from 'vitest';
import { Kept } from './kept.ts';

test('so many are kept, and then the first goes for each that comes', () => {
  const kept = new Kept<number>(3);
  for (const n of [1, 2, 3]) kept.set(`${n}`, n);
  kept.set('3', 30); // there already, so nothing goes
  expect(['1', '2', '3'].map((id) => kept.get(id))).toEqual([1, 2, 30]);
  kept.set('4', 4);
  expect(['1', '2', '3', '4'].map((id) => kept.get(id))).toEqual([undefined, 2, 30, 4]);
});
