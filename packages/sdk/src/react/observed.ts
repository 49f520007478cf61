import { useSyncExternalStore } from 'react';
import type { Observable } from '../index.ts';

/** What is observed, now. @param empty what it is on a server, and until a page that came from there is hydrated */
export function useObserved<T>({ get, subscribe }: Observable<T>, empty: T): T {
  return useSyncExternalStore(subscribe, get, () => empty);
}

/**
 * An observable of something that is made of another one's value.
 * @param make told what it made before, to give it back when nothing of it changed
 */
export function derived<T, U>(
  { get, subscribe }: Observable<T>,
  make: (value: T, before: U | undefined) => U,
): Observable<U> {
  let made: { readonly from: T; readonly value: U } | undefined;
  return {
    get: () => {
      const from = get();
      if (made?.from !== from) made = { from, value: make(from, made?.value) };
      return made.value;
    },
    subscribe,
  };
}

/** The list as it was, if it has the same members. */
export function sameList<T>(list: readonly T[], before: readonly T[] | undefined): readonly T[] {
  const isSame = before?.length === list.length && list.every((member, index) => member === before[index]);
  return isSame ? before : list;
}

/** The object as it was, if its properties are the same. */
export function sameObject<T extends object>(object: T, before: T | undefined): T {
  if (!before) return object;
  const known = new Map<string, unknown>(Object.entries(before));
  return Object.entries(object).every(([key, value]) => known.get(key) === value) ? before : object;
}
