/** A storage that knows what outlives the page. */
export interface PageStorage extends Storage {
  isKept(key: string): boolean;
}

/**
 * The browser's storage, and beside it what the browser does not keep, for as long as the page is there: a storage may be missing, forbidden
 * or full, and none of that is a reason to stop. Its keys are properties as a browser's are: `Object.keys` names them.
 * @param kept the browser's, if there is one
 */
export function pageStorage(kept: Storage | null): PageStorage {
  const values = new Map<string, string>();
  const keys = () => [...new Set([...Object.keys(kept ?? {}), ...values.keys()])];
  const storage = {
    isKept: (key: string) => !values.has(key),
    getItem: (key: string) => values.get(key) ?? kept?.getItem(key) ?? null,
    setItem: (key: string, value: string) => {
      values.set(key, value);
      try {
        kept?.setItem(key, value);
        if (kept) values.delete(key);
      } catch {
        kept?.removeItem(key); // out of date, and not to come back with the next page
      }
    },
    removeItem: (key: string) => {
      values.delete(key);
      kept?.removeItem(key);
    },
    clear: () => {
      values.clear();
      kept?.clear();
    },
    key: (index: number) => keys()[index] ?? null,
    get length() {
      return keys().length;
    },
  };
  return new Proxy(storage, {
    ownKeys: keys,
    getOwnPropertyDescriptor: (_, key) =>
      keys().includes(String(key)) ? { configurable: true, enumerable: true, value: '' } : undefined,
  });
}
