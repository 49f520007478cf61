import { useSyncExternalStore } from 'react';
import type { Observable } from '../index.ts';
import { isSame } from '../live/observable.ts';

/** What is observed, now. @param empty what it is on a server, and until a page that came from there is hydrated */
export function useObserved<T>({ get, subscribe }: Observable<T>, empty: T): T {
  return useSyncExternalStore(subscribe, get, () => empty);
}

/** An observable of something that is made of another one's value; the same object as long as its properties are. */
export function derived<T, U extends object>(
  { get, subscribe }: Observable<T>,
  make: (value: T) => U,
): Observable<U> {
  let made: { readonly from: T; readonly value: U } | undefined;
  return {
    get: () => {
      const from = get();
      if (made?.from === from) return made.value;
      const value = make(from);
      made = { from, value: made && isSame(value, made.value) ? made.value : value };
      return made.value;
    },
    subscribe,
  };
}
