import { type PageStorage, pageStorage } from './page-storage.ts';

/** What this browser keeps; while the page is open, if it keeps nothing. */
export const deviceStorage = storageOf(() => localStorage);

/** What this tab keeps, over a reload. */
export const tabStorage = storageOf(() => sessionStorage);

/** A browser that was told to keep nothing throws; a WebView without storage has null. */
function storageOf(find: () => Storage | null): PageStorage {
  try {
    return pageStorage(find());
  } catch {
    return pageStorage(null);
  }
}
