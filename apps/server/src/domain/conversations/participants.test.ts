import { expect, test } from 'vitest';
import { Participants } from './participants.ts';

test('50,000 are kept, and then the first goes for each that comes', () => {
  const participants = new Participants();
  for (let n = 0; n < 50_001; n += 1) participants.add(`${n}`, ['a', 'b']);
  participants.add('50000', ['a', 'b']);
  expect(participants.get('0')).toBeUndefined();
  expect(participants.get('1')).toEqual(['a', 'b']);
  expect(participants.get('50000')).toEqual(['a', 'b']);
});
