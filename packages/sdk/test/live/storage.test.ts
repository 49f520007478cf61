import { forceCloseDatabase, IDBFactory } from 'fake-indexeddb';
import { Storage } from 'happy-dom';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  asyncStorageOutbox,
  indexedDbOutbox,
  localStorageOutbox,
  type OutboxStorage,
  type StoredMessage,
} from '../../src/index.ts';
import { eventually } from '../harness/until.ts';

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

describe('IndexedDB that the browser takes away', () => {
  /** An outbox on a database, and every connection that it opened. */
  function watched() {
    const factory = new IDBFactory();
    const opened: IDBDatabase[] = [];
    let isBroken = false;
    const open = (name: string, version: number) => {
      if (isBroken) throw new DOMException('The disk failed', 'UnknownError');
      const request = factory.open(name, version);
      request.addEventListener('success', () => opened.push(request.result));
      return request;
    };
    vi.stubGlobal('indexedDB', { open });
    const outbox = indexedDbOutbox();
    const last = () => {
      const database = opened.at(-1);
      if (!database) throw new Error('nothing is open');
      return database;
    };
    return { factory, outbox, opened, last, breakDown: () => (isBroken = true) };
  }

  test('closed by the browser: it says that what it kept may be gone, and is opened anew', async () => {
    const { outbox, opened, last } = watched();
    let losses = 0;
    outbox.onLost?.(() => (losses += 1));
    await outbox.put(message(1));
    expect(losses).toBe(0);
    Reflect.apply(forceCloseDatabase, undefined, [last()]);
    await eventually(() => losses === 1);
    await outbox.put(message(2));
    expect(await outbox.load()).toEqual([1, 2].map(message));
    expect(opened).toHaveLength(2);
  });

  test('closed without a word: whatever finds it so opens it anew', async () => {
    const { outbox, opened, last } = watched();
    await outbox.put(message(1));
    for (const act of [
      () => outbox.put(message(2)),
      () => outbox.load(),
      () => outbox.delete(message(1).message_id),
    ]) {
      last().close();
      await act();
    }
    expect(await outbox.load()).toEqual([message(2)]);
    expect(opened).toHaveLength(4);
  });

  test('another tab deletes it: that is not kept waiting, and what comes next is kept', async () => {
    const { factory, outbox } = watched();
    await outbox.put(message(1));
    await new Promise<void>((resolve, reject) => {
      const request = factory.deleteDatabase('duet');
      request.onsuccess = () => resolve();
      request.onblocked = () => reject(new Error('blocked'));
    });
    await outbox.put(message(2));
    expect(await outbox.load()).toEqual([message(2)]);
  });

  test('what cannot be kept on the second try either is a failure', async () => {
    const { outbox, last, breakDown } = watched();
    await outbox.put(message(1));
    breakDown();
    last().close();
    await expect(outbox.put(message(2))).rejects.toThrow('The disk failed');
  });

  test('what was written and did not get through to the disk is a failure', async () => {
    const { outbox, last, opened } = watched();
    await outbox.put(message(1));
    let tries = 0;
    const fill = (database: IDBDatabase) => {
      const begin = database.transaction.bind(database);
      database.transaction = (...args) => {
        const transaction = begin(...args);
        const store = transaction.objectStore('outbox');
        const put = store.put.bind(store);
        store.put = (value) => {
          const request = put(value);
          tries += 1;
          request.addEventListener('success', () => transaction.abort());
          return request;
        };
        transaction.objectStore = () => store;
        return transaction;
      };
    };
    fill(last());
    const { push } = opened;
    opened.push = (database) => {
      fill(database);
      return push.call(opened, database);
    };
    await expect(outbox.put(message(2))).rejects.toBeDefined();
    expect(tries).toBe(2);
    expect(await outbox.load()).toEqual([message(1)]);
  });
});
