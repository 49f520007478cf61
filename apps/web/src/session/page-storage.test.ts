import { expect, test } from 'vitest';
import { pageStorage } from './page-storage.ts';

/** A browser's storage with room for so many items. */
function limited(room: number) {
  const kept = pageStorage(null);
  const state = { room };
  const { setItem } = kept;
  kept.setItem = (key: string, value: string) => {
    if (kept.getItem(key) === null && kept.length >= state.room) throw new Error('QuotaExceededError');
    setItem(key, value);
  };
  return { kept, state };
}

test('what the browser keeps is what there is', () => {
  const { kept } = limited(10);
  const storage = pageStorage(kept);
  storage.setItem('a', '1');
  kept.setItem('b', '2'); // another tab
  expect([storage.getItem('a'), storage.getItem('b'), storage.getItem('c')]).toEqual(['1', '2', null]);
  expect([Object.keys(storage), storage.length, storage.key(1)]).toEqual([['a', 'b'], 2, 'b']);
  expect(storage.isKept('a')).toBe(true);
  storage.removeItem('a');
  expect(Object.keys(kept)).toEqual(['b']);
});

test('a full one, or none, is no reason to stop: the page has it, and knows that it is not kept', () => {
  for (const kept of [null, limited(0).kept]) {
    const storage = pageStorage(kept);
    storage.setItem('a', '1');
    expect([storage.getItem('a'), storage.isKept('a'), Object.keys(storage)]).toEqual(['1', false, ['a']]);
    expect(kept?.getItem('a') ?? null).toBe(null);
    storage.removeItem('a');
    expect([storage.getItem('a'), storage.length]).toEqual([null, 0]);
  }
});

test('what is out of date does not come back with the next page, and room that is made is used', () => {
  const { kept, state } = limited(1);
  const storage = pageStorage(kept);
  storage.setItem('session', 'first');
  const { setItem } = kept;
  kept.setItem = () => {
    throw new Error('QuotaExceededError');
  };
  storage.setItem('session', 'second');
  expect([storage.getItem('session'), kept.getItem('session')]).toEqual(['second', null]);
  kept.setItem = setItem;
  state.room = 2;
  storage.setItem('session', 'third');
  expect([storage.isKept('session'), kept.getItem('session')]).toEqual([true, 'third']);
});
