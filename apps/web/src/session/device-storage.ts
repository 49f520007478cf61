import { memoryStorage } from './memory-storage.ts';

/** What this browser keeps; while the page is open, if somebody told it to keep nothing. */
export const deviceStorage = storageOf(() => localStorage);

/** What this tab keeps, over a reload. */
export const tabStorage = storageOf(() => sessionStorage);

function storageOf(find: () => Storage): Storage {
  try {
    return find();
  } catch {
    return memoryStorage();
  }
}
