import { useConversations } from '@duet/sdk/react';
import { type ComponentType, useEffect, useRef, useState } from 'react';
import { Avatar } from '../appearance/avatar.tsx';
import button from '../appearance/button.module.css';
import { Icon } from '../appearance/icon.tsx';
import { Loading } from '../connection/loading.tsx';
import { Menu } from '../menu/menu.tsx';
import { useAccount } from '../session/account.ts';
import { ConversationList } from './conversation-list.tsx';
import styles from './conversation-panel.module.css';

const loadSearch = async () => (await import('../people/people-search.tsx')).PeopleSearch;

/** The side with the list: who I am, people search, and my conversations. */
export function ConversationPanel({ openId }: { readonly openId: string | undefined }) {
  const { user } = useAccount();
  const { items, isSynced } = useConversations();
  const [Search, setSearch] = useState<ComponentType<{ onClose: () => void }>>();
  const [hasFailed, setFailed] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const hasSearched = useRef(false);
  useEffect(() => {
    if (!Search && hasSearched.current) opener.current?.focus();
    hasSearched.current = Search !== undefined;
  }, [Search]);

  // It is there before it is wanted, and when there is no network any more.
  useEffect(() => {
    const timer = setTimeout(() => loadSearch().catch(() => {}), 2000);
    return () => clearTimeout(timer);
  }, []);

  async function search() {
    try {
      const loaded = await loadSearch();
      setFailed(false);
      setSearch(() => loaded);
    } catch {
      setFailed(true);
    }
  }

  if (Search) return <Search onClose={() => setSearch(undefined)} />;
  return (
    <nav className={styles.panel} aria-label="Conversations">
      <header className={styles.header}>
        <Avatar user={user} size="small" />
        <h2 className={styles.me}>
          <bdi>{user.display_name}</bdi>
        </h2>
        <Menu />
      </header>
      <button ref={opener} type="button" className={styles.search} onClick={() => void search()}>
        <Icon name="search" /> Search people
      </button>
      {hasFailed && (
        <p className={styles.problem} role="alert">
          The search could not be loaded. Try again when you are back online.
        </p>
      )}
      {items.length > 0 && <ConversationList openId={openId} />}
      {items.length === 0 && !isSynced && <Loading />}
      {items.length === 0 && isSynced && (
        <div className={styles.empty}>
          <p className={styles.emptyTitle}>No conversations yet</p>
          <p>Find somebody by name and say hello. Nobody here? Make a second account in a private window.</p>
          <button
            type="button"
            className={`${button.button} ${button.primary}`}
            onClick={() => void search()}
          >
            Find somebody
          </button>
        </div>
      )}
    </nav>
  );
}
