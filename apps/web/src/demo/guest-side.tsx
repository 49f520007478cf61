import { localStorageOutbox, type User } from '@duet/sdk';
import { DuetProvider } from '@duet/sdk/react';
import { useState } from 'react';
import { Router } from 'wouter';
import { memoryLocation } from 'wouter/memory-location';
import { Avatar } from '../appearance/avatar.tsx';
import { Chat } from '../chat/chat.tsx';
import { AccountProvider, openAccount } from '../session/account.ts';
import type { SessionStore } from '../session/session-store.ts';
import styles from './demo.module.css';

interface GuestSideProps {
  readonly store: SessionStore;
  readonly conversationId: string;
}

/** One of the two: the same app as everybody's, with a location of its own, for a page has but one. */
export function GuestSide({ store, conversationId }: GuestSideProps) {
  const [user] = useState(() => store.get()?.user);
  return user && <Side user={user} store={store} conversationId={conversationId} />;
}

function Side({ user, store, conversationId }: GuestSideProps & { readonly user: User }) {
  const [account] = useState(() =>
    openAccount({ store, user, outbox: localStorageOutbox(store.storage), isGuest: true }),
  );
  const [{ hook }] = useState(() => memoryLocation({ path: `/c/${conversationId}` }));
  return (
    <section className={styles.side} aria-label={user.display_name}>
      <p className={styles.caption}>
        <Avatar user={user} size="tiny" /> {user.display_name}
      </p>
      <Router hook={hook} hrefs={() => '#/demo'}>
        <AccountProvider value={account}>
          <DuetProvider duet={account.duet}>
            <div className={styles.app}>
              <Chat />
            </div>
          </DuetProvider>
        </AccountProvider>
      </Router>
    </section>
  );
}
