import type { StorageLike } from '../platform.ts';

/** A message of the outbox as it is kept. */
export interface StoredMessage {
  readonly message_id: string;
  readonly conversation_id: string;
  readonly sender_id: string;
  readonly content: string;
  readonly created_at: string;
}

/**
 * Where unsent messages outlive the page. Whatever loads one sends it under its own id, so two tabs on one storage send it once.
 * What fails here is lost with the page and no sooner, and `live.unkept` says so.
 */
export interface OutboxStorage {
  /** Everything that is kept, oldest first. */
  load(): Promise<readonly StoredMessage[]>;
  /** May come again with the same id. */
  put(message: StoredMessage): Promise<void>;
  delete(messageId: string): Promise<void>;
  /** Takes a listener that is to be told when what was kept may be gone, so that it is put again. */
  onLost?(listener: () => void): void;
}

/** What React Native's AsyncStorage has, among much else. */
export interface AsyncKeyValueStorage {
  getAllKeys(): Promise<readonly string[]>;
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<void>;
  removeItem(key: string): Promise<void>;
}

const PREFIX = 'duet.outbox.';

/** An outbox in an asynchronous key-value storage, as React Native has. */
export function asyncStorageOutbox(storage: AsyncKeyValueStorage): OutboxStorage {
  return {
    load: async () => {
      // The ids are by time (UUIDv7), so the keys in order are the messages in order.
      const keys = (await storage.getAllKeys()).filter((key) => key.startsWith(PREFIX)).sort();
      const values = await Promise.all(keys.map((key) => storage.getItem(key)));
      return values.flatMap((value) => parse(value) ?? []);
    },
    put: (message) => storage.setItem(PREFIX + message.message_id, JSON.stringify(message)),
    delete: (messageId) => storage.removeItem(PREFIX + messageId),
  };
}

/** An outbox in the browser's `localStorage`, or in another `Storage`. */
export function localStorageOutbox(storage?: StorageLike): OutboxStorage {
  const there = () => storage ?? localStorage; // looked for when it is needed: not while a server renders
  return asyncStorageOutbox({
    getAllKeys: async () => Object.keys(there()),
    getItem: async (key) => there().getItem(key),
    setItem: async (key, value) => there().setItem(key, value),
    removeItem: async (key) => there().removeItem(key),
  });
}

/**
 * An outbox in an IndexedDB database of its own: room for more, and for a service worker. When the browser closes the database under the
 * page, it is opened anew.
 */
export function indexedDbOutbox(name = 'duet'): OutboxStorage {
  const STORE = 'outbox';
  let opened: Promise<IDBDatabase> | undefined;
  let lost = () => {};

  const open = async () => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'message_id' });
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    // Another tab wants to change or delete it, and waits until nobody has it open.
    database.onversionchange = () => leave(database);
    // The browser closed it: somebody cleared its data, or its disk failed.
    database.onclose = () => {
      leave(database);
      lost();
    };
    return database;
  };
  const leave = (database: IDBDatabase) => {
    database.close();
    opened = undefined;
  };

  const act = async <T>(
    mode: IDBTransactionMode,
    ask: (store: IDBObjectStore) => IDBRequest<T>,
    isLastTry = false,
  ): Promise<T> => {
    opened ??= open();
    const mine = opened;
    try {
      const transaction = (await mine).transaction(STORE, mode);
      return await new Promise((resolve, reject) => {
        const request = ask(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error);
      });
    } catch (error) {
      // A database that was closed throws `InvalidStateError`, and browsers have other words for one that they lost.
      if (opened === mine) opened = undefined;
      mine.then(
        (database) => database.close(),
        () => {},
      );
      if (isLastTry) throw error;
      return act(mode, ask, true);
    }
  };
  return {
    load: () => act('readonly', (store) => store.getAll()),
    put: async (message) => void (await act('readwrite', (store) => store.put(message))),
    delete: async (messageId) => void (await act('readwrite', (store) => store.delete(messageId))),
    onLost: (listener) => {
      lost = listener;
    },
  };
}

function parse(text: string | null): StoredMessage | undefined {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** Whether what a storage gave back is a message of an outbox. */
export function isStored(value: unknown): value is StoredMessage {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const names = ['message_id', 'conversation_id', 'sender_id', 'content', 'created_at'];
  return names.every((name) => typeof fields.get(name) === 'string');
}
