import type { Session } from '@duet/sdk';
import type { PageStorage } from './page-storage.ts';

/** Where the session of somebody who is signed in is kept, for `useSyncExternalStore`. */
export interface SessionStore {
  /** What it is called, in its storage and as a lock. */
  readonly name: string;
  readonly storage: PageStorage;
  /** Whether the session outlives the page. */
  isKept(): boolean;
  /** The same object as long as nothing changed. */
  get(): Session | null;
  set(session: Session | null): void;
  subscribe(listener: () => void): () => void;
}

/** A session in a storage. Tabs that share the storage share the session: what one does to it the others hear of. */
export function sessionStore(storage: PageStorage, name: string): SessionStore {
  const listeners = new Set<() => void>();
  let text: string | null = null;
  let session: Session | null = null;

  const tell = () => {
    for (const listener of [...listeners]) listener();
  };
  const hear = ({ key }: StorageEvent) => {
    if (key === name || key === null) tell();
  };

  return {
    name,
    storage,
    isKept: () => storage.isKept(name),
    get: () => {
      const found = storage.getItem(name);
      if (found !== text) {
        text = found;
        session = parse(found);
      }
      return session;
    },
    set: (next) => {
      if (next) storage.setItem(name, JSON.stringify(next));
      else storage.removeItem(name);
      tell();
    },
    subscribe: (listener) => {
      if (listeners.size === 0) addEventListener('storage', hear);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) removeEventListener('storage', hear);
      };
    },
  };
}

function parse(text: string | null): Session | null {
  try {
    const value: Partial<Session> | null = JSON.parse(text ?? 'null');
    if (!value?.access || !value.refresh || !value.user) return null;
    return { ...value, user: value.user, access: value.access, refresh: value.refresh, expires_in: 0 };
  } catch {
    return null;
  }
}
