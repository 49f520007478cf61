import { expect, test } from 'vitest';
import { pageStorage } from '../session/page-storage.ts';
import { forgetDrafts, readDraft, writeDraft } from './drafts.ts';

test('a draft is of one person in one conversation', () => {
  const there = pageStorage(null);
  writeDraft(there, 'ada', 'c1', 'Dear Ben');
  expect(readDraft(there, 'ada', 'c1')).toBe('Dear Ben');
  expect(readDraft(there, 'ada', 'c2')).toBe('');
  expect(readDraft(there, 'ben', 'c1')).toBe('');
});

test('an emptied one is gone, and so are all of somebody who leaves', () => {
  const there = pageStorage(null);
  writeDraft(there, 'ada', 'c1', 'x');
  writeDraft(there, 'ada', 'c1', '  ');
  writeDraft(there, 'ada', 'c2', 'y');
  writeDraft(there, 'ben', 'c2', 'z');
  forgetDrafts(there, 'ada');
  expect(readDraft(there, 'ada', 'c1')).toBe('');
  expect(readDraft(there, 'ada', 'c2')).toBe('');
  expect(readDraft(there, 'ben', 'c2')).toBe('z');
});
