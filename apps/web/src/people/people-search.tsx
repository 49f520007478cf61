import { Autocomplete } from '@base-ui/react/autocomplete';
import type { User } from '@duet/sdk';
import { useDuet } from '@duet/sdk/react';
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { Avatar } from '../appearance/avatar.tsx';
import button from '../appearance/button.module.css';
import { Icon } from '../appearance/icon.tsx';
import styles from './people-search.module.css';
import { usePeople } from './use-people.ts';

/** In place of the list of conversations: people by the beginning of their name. Choosing one opens the conversation. */
export function PeopleSearch({ onClose }: { readonly onClose: () => void }) {
  const { conversations } = useDuet();
  const [, navigate] = useLocation();
  const [search, setSearch] = useState('');
  const [problem, setProblem] = useState<string>();
  const found = usePeople(search);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);

  async function open(user: User) {
    setProblem(undefined);
    try {
      const { id } = await conversations.open({ target_user_id: user.id });
      onClose();
      navigate(`/c/${id}`);
    } catch {
      setProblem(`The conversation with ${user.display_name} could not be opened. Try again.`);
    }
  }

  return (
    <search className={styles.panel} aria-label="People">
      <Autocomplete.Root
        inline
        open
        mode="none"
        autoHighlight="always"
        items={found.people}
        itemToStringValue={(user: User) => user.username}
        value={search}
        onValueChange={(value, { reason }) => {
          if (reason === 'input-change' || reason === 'input-clear') setSearch(value);
        }}
      >
        <header className={styles.header}>
          <button type="button" className={button.icon} aria-label="Back to conversations" onClick={onClose}>
            <Icon name="back" />
          </button>
          <Autocomplete.Input
            ref={input}
            className={styles.input}
            aria-label="Search people"
            placeholder="Search people by name"
            dir="auto"
            maxLength={64}
            autoCapitalize="none"
            spellCheck={false}
            onKeyDown={(event) => {
              if (event.key === 'Escape') onClose();
            }}
          />
        </header>
        <p className={styles.note} role="status">
          {problem ?? found.words}
        </p>
        <Autocomplete.List className={styles.list} aria-label="People">
          {(user: User) => (
            <Autocomplete.Item
              key={user.id}
              value={user}
              className={styles.item}
              onClick={() => void open(user)}
            >
              <Avatar user={user} size="small" />
              <bdi className={styles.name}>
                {user.display_name}
                {user.display_name !== user.username && <small> {user.username}</small>}
              </bdi>
            </Autocomplete.Item>
          )}
        </Autocomplete.List>
      </Autocomplete.Root>
    </search>
  );
}
