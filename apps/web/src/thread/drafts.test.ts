import { expect, test } from 'vitest';
import { forgetDrafts, readDraft, writeDraft } from './drafts.ts';

/** What a `Storage` does: its keys are properties. */
function storage(): Storage {
  const values: Record<string, string> = {};
  const methods = {
    getItem: (key: string) => values[key] ?? null,
    setItem: (key: string, value: string) => {
      values[key] = value;
    },
    removeItem: (key: string) => {
      delete values[key];
    },
    clear: () => {},
    key: () => null,
    length: 0,
  };
  return new Proxy(methods, {
    ownKeys: () => Object.keys(values),
    getOwnPropertyDescriptor: (_, key) =>
      key in values ? { configurable: true, enumerable: true, value: '' } : undefined,
  });
}

test('a draft is of one person in one conversation', () => {
  const there = storage();
  writeDraft(there, 'ada', 'c1', 'Dear Ben');
  expect(readDraft(there, 'ada', 'c1')).toBe('Dear Ben');
  expect(readDraft(there, 'ada', 'c2')).toBe('');
  expect(readDraft(there, 'ben', 'c1')).toBe('');
});

test('an emptied one is gone, and so are all of somebody who leaves', () => {
  const there = storage();
  writeDraft(there, 'ada', 'c1', 'x');
  writeDraft(there, 'ada', 'c1', '  ');
  writeDraft(there, 'ada', 'c2', 'y');
  writeDraft(there, 'ben', 'c2', 'z');
  forgetDrafts(there, 'ada');
  expect(readDraft(there, 'ada', 'c1')).toBe('');
  expect(readDraft(there, 'ada', 'c2')).toBe('');
  expect(readDraft(there, 'ben', 'c2')).toBe('z');
});
