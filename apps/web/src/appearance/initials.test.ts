import { expect, test } from 'vitest';
import { hueOf, initialsOf } from './initials.ts';

test.for([
  ['ada', 'A'],
  ['Cleo Marchetti', 'CM'],
  ['quick otter 482', 'QO'],
  ['jean-luc', 'JL'],
  ['小林 さくら', '小さ'],
  ['👩‍👩‍👧 family', '👩‍👩‍👧F'],
  ['...', '.'],
] as const)('%s is %s', ([name, initials]) => {
  expect(initialsOf(name)).toBe(initials);
});

test('an id always has the same of eight colours', () => {
  const hue = hueOf('0d1f6a52-7c3b-8e4d-9a5f-1b2c3d4e5f60');
  expect(hue).toBe(hueOf('0d1f6a52-7c3b-8e4d-9a5f-1b2c3d4e5f60'));
  expect(hue).toBeGreaterThanOrEqual(0);
  expect(hue).toBeLessThan(8);
});
