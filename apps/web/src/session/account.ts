import { createDuet, type Duet, type Observable, type OutboxStorage, type User } from '@duet/sdk';
import { createContext, useContext } from 'react';
import { forgetDrafts } from '../thread/drafts.ts';
import { countingOutbox } from './counting-outbox.ts';
import type { SessionStore } from './session-store.ts';
import { tokensOf } from './tokens.ts';

/** Somebody who is signed in, with a client of their own. */
export interface Account {
  readonly user: User;
  readonly duet: Duet;
  /** How many messages wait to be sent. */
  readonly waiting: Observable<number>;
  /** Whether they are signed in for longer than this page. */
  readonly isSessionKept: Observable<boolean>;
  /** Where this device keeps what is theirs alone: drafts. */
  readonly storage: Storage;
  /** Made for the demonstration, and of no use outside of it. */
  readonly isGuest: boolean;
  signOut(): void;
}

interface AccountOptions {
  readonly store: SessionStore;
  readonly user: User;
  /** Where their unsent messages outlive the page. */
  readonly outbox: OutboxStorage;
  readonly isGuest: boolean;
}

export function openAccount({ store, user, outbox, isGuest }: AccountOptions): Account {
  const counting = countingOutbox(outbox, user.id);
  const duet = createDuet({
    url: location.origin,
    getToken: tokensOf(store, user),
    outbox: counting,
    userId: user.id,
  });
  return {
    user,
    duet,
    waiting: counting.waiting,
    isSessionKept: { get: store.isKept, subscribe: store.subscribe },
    storage: store.storage,
    isGuest,
    signOut: () => {
      const session = store.get();
      forgetDrafts(store.storage, user.id);
      store.set(null);
      // Whoever is offline is signed out here all the same; on the server the session ends with its time.
      if (session) duet.auth.signOut({ refresh: session.refresh }).catch(() => {});
    },
  };
}

const AccountContext = createContext<Account | undefined>(undefined);
export const AccountProvider = AccountContext.Provider;

/** Whose side of the page this is. */
export function useAccount(): Account {
  const account = useContext(AccountContext);
  if (!account) throw new Error('Nobody is signed in above this component');
  return account;
}
