import { indexedDbOutbox, type User } from '@duet/sdk';
import { DuetProvider } from '@duet/sdk/react';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useLocation } from 'wouter';
import { Chat } from '../chat/chat.tsx';
import { ArrivalNotifier } from '../notifications/arrival-notifier.tsx';
import { PageTitle } from '../notifications/page-title.tsx';
import { AccountProvider, openAccount } from './account.ts';
import { deviceStorage } from './device-storage.ts';
import styles from './home.module.css';
import { type SessionStore, sessionStore } from './session-store.ts';
import { SignIn } from './sign-in.tsx';

const store = sessionStore(deviceStorage, 'duet-session');

/** The app of whoever is signed in on this device, or the way in. */
export function Home() {
  const user = useSyncExternalStore(store.subscribe, store.get)?.user;
  const [, navigate] = useLocation();
  const before = useRef(user);
  useEffect(() => {
    // Whoever comes next is not to find the conversation of whoever left.
    if (before.current && !user) navigate('/', { replace: true });
    before.current = user;
  }, [user, navigate]);
  if (!user) return <SignIn onSession={store.set} />;
  return <SignedIn key={user.id} store={store} user={user} />;
}

function SignedIn({ store, user }: { readonly store: SessionStore; readonly user: User }) {
  const [account] = useState(() => openAccount({ store, user, outbox: indexedDbOutbox(), isGuest: false }));
  return (
    <AccountProvider value={account}>
      <DuetProvider duet={account.duet}>
        <main className={styles.app}>
          <Chat />
        </main>
        <PageTitle />
        <ArrivalNotifier />
      </DuetProvider>
    </AccountProvider>
  );
}
