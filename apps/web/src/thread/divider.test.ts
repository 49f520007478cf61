import { expect, test } from 'vitest';
import { nextDivider } from './divider.ts';

test('what comes while nobody reads puts the divider after what was read', () => {
  expect(nextDivider(undefined, { readSeq: 4, unread: 2, isReading: false })).toBe(4);
  expect(nextDivider(2, { readSeq: 4, unread: 1, isReading: false })).toBe(4);
});

test('it stays while somebody reads, and when all is read', () => {
  expect(nextDivider(4, { readSeq: 4, unread: 2, isReading: true })).toBe(4);
  expect(nextDivider(4, { readSeq: 6, unread: 0, isReading: true })).toBe(4);
  expect(nextDivider(4, { readSeq: 6, unread: 0, isReading: false })).toBe(4);
});

test('what comes while somebody reads does not put one there', () => {
  expect(nextDivider(undefined, { readSeq: 4, unread: 1, isReading: true })).toBeUndefined();
});
