import { errors } from '@duet/contract';
import { expect, test } from 'vitest';
import { DuetError, defaultErrorWords, errorWords } from '../src/index.ts';

test('every code of the protocol has words, and all are sentences', () => {
  expect(Object.keys(defaultErrorWords)).toEqual(expect.arrayContaining(Object.keys(errors)));
  for (const words of Object.values(defaultErrorWords)) expect(words).toMatch(/^[A-Z][^_]+\.$/);
});

test('an app has its own, and the others where it has none', () => {
  const german = { busy: 'Gerade ist viel los.' };
  expect(errorWords(new DuetError('busy', 'x'), german)).toBe(german.busy);
  expect(errorWords('busy', german)).toBe(german.busy);
  expect(errorWords(new DuetError('network', 'x'), german)).toBe(defaultErrorWords.network);
  for (const unknown of [new TypeError('x'), 'toString', undefined, null])
    expect(errorWords(unknown, { internal: 'Hoppla.' })).toBe('Hoppla.');
});
