import { expect, test } from 'vitest';
import { storageWords } from './storage-words.ts';

test('there is a word for what is not kept, and messages come first', () => {
  expect(storageWords(true, 0)).toBe('');
  expect(storageWords(false, 0)).toContain('until you close or reload the page');
  expect(storageWords(false, 1)).toContain('1 message.');
  expect(storageWords(true, 3)).toContain('3 messages.');
});
