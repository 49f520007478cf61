import { useConversations } from '@duet/sdk/react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Avatar } from '../appearance/avatar.tsx';
import button from '../appearance/button.module.css';
import { Icon } from '../appearance/icon.tsx';
import { Menu } from '../menu/menu.tsx';
import { useAccount } from '../session/account.ts';
import { ConversationList } from './conversation-list.tsx';
import styles from './conversation-panel.module.css';

const loadSearch = () => import('../people/people-search.tsx');
const PeopleSearch = lazy(async () => ({ default: (await loadSearch()).PeopleSearch }));

/** The side with the list: who I am, people search, and my conversations. */
export function ConversationPanel({ openId }: { readonly openId: string | undefined }) {
  const { user } = useAccount();
  const { items, isSynced } = useConversations();
  const [isSearching, setSearching] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const wasSearching = useRef(false);
  useEffect(() => {
    if (!isSearching && wasSearching.current) opener.current?.focus();
    wasSearching.current = isSearching;
  }, [isSearching]);

  if (isSearching) {
    return (
      <Suspense fallback={<div className={styles.panel} />}>
        <PeopleSearch onClose={() => setSearching(false)} />
      </Suspense>
    );
  }
  return (
    <nav className={styles.panel} aria-label="Conversations">
      <header className={styles.header}>
        <Avatar user={user} size="small" />
        <h2 className={styles.me}>
          <bdi>{user.username}</bdi>
        </h2>
        <Menu />
      </header>
      <button
        ref={opener}
        type="button"
        className={styles.search}
        onClick={() => setSearching(true)}
        onPointerEnter={() => void loadSearch()}
        onFocus={() => void loadSearch()}
      >
        <Icon name="search" /> Search people
      </button>
      {items.length > 0 && <ConversationList openId={openId} />}
      {items.length === 0 && isSynced && (
        <div className={styles.empty}>
          <p className={styles.emptyTitle}>No conversations yet</p>
          <p>Find somebody by name and say hello. Nobody here? Make a second account in a private window.</p>
          <button
            type="button"
            className={`${button.button} ${button.primary}`}
            onClick={() => setSearching(true)}
          >
            Find somebody
          </button>
        </div>
      )}
    </nav>
  );
}
