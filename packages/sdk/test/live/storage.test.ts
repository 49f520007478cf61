import { IDBFactory } from 'fake-indexeddb';
import { Storage } from 'happy-dom';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  asyncStorageOutbox,
  indexedDbOutbox,
  localStorageOutbox,
  type OutboxStorage,
  type StoredMessage,
} from '../../src/index.ts';

// Where unsent messages outlive the page: one promise, three places.

/** Makes one of a kind on which something is stored already, over and over: as a page that is reloaded does. */
type Reload = () => OutboxStorage;

const kinds: Record<string, () => { reload: Reload; spoil: (key: string, value: string) => void }> = {
  localStorage: () => {
    const storage = new Storage();
    return {
      reload: () => localStorageOutbox(storage),
      spoil: (key, value) => storage.setItem(key, value),
    };
  },
  'AsyncStorage of React Native': () => {
    const kept = new Map<string, string>();
    const storage = {
      getAllKeys: async () => [...kept.keys()],
      getItem: async (key: string) => kept.get(key) ?? null,
      setItem: async (key: string, value: string) => void kept.set(key, value),
      removeItem: async (key: string) => void kept.delete(key),
    };
    return {
      reload: () => asyncStorageOutbox(storage),
      spoil: (key, value) => void kept.set(key, value),
    };
  },
  IndexedDB: () => {
    vi.stubGlobal('indexedDB', new IDBFactory());
    return { reload: () => indexedDbOutbox(), spoil: () => {} };
  },
};
afterEach(() => void vi.unstubAllGlobals());

test('localStorage is looked for when it is needed, so that a server can render', () => {
  vi.stubGlobal('localStorage', undefined);
  expect(() => localStorageOutbox()).not.toThrow();
});

const message = (n: number): StoredMessage => ({
  message_id: `019a0000-0000-7000-8000-00000000000${n}`,
  conversation_id: 'c',
  sender_id: 'ada',
  content: `${n} "quoted" ✓`,
  created_at: '2026-11-22T10:15:30.123Z',
});

describe.each(Object.entries(kinds))('%s', (_, make) => {
  test('keeps messages in the order in which they were written, over a reload, until they are deleted', async () => {
    const { reload } = make();
    const page = reload();
    expect(await page.load()).toEqual([]);
    for (const n of [1, 2, 3]) await page.put(message(n));
    await page.put(message(2));
    expect(await reload().load()).toEqual([1, 2, 3].map(message));
    await reload().delete(message(2).message_id);
    await page.delete('unknown');
    expect(await page.load()).toEqual([1, 3].map(message));
  });

  test('passes over what is not a message of an outbox', async () => {
    const { reload, spoil } = make();
    await reload().put(message(1));
    spoil('something else', '{}');
    spoil('duet.outbox.garbled', '{');
    expect(await reload().load()).toEqual([message(1)]);
  });
});
