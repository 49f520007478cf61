import { useDuet } from '@duet/sdk/react';
import { useId, useSyncExternalStore } from 'react';
import button from '../appearance/button.module.css';
import { Icon } from '../appearance/icon.tsx';
import { useAccount } from '../session/account.ts';
import styles from './menu.module.css';
import { NotificationSwitch } from './notification-switch.tsx';
import { ThemeSwitch } from './theme-switch.tsx';

/** Appearance, notifications, the references, and the way out. The browser opens it, closes it and keeps the focus in order. */
export function Menu() {
  const { signOut, isGuest } = useAccount();
  const id = useId();
  return (
    <>
      <button type="button" className={button.icon} aria-label="Menu" popoverTarget={id}>
        <Icon name="menu" />
      </button>
      <div id={id} className={styles.popup} popover="auto" role="dialog" aria-label="Menu">
        <ThemeSwitch />
        {!isGuest && <NotificationSwitch />}
        <hr className={styles.rule} />
        <a href="/docs/" className={styles.item}>
          <Icon name="book" /> API reference
        </a>
        <a href="/docs/socket/" className={styles.item}>
          <Icon name="book" /> Socket reference
        </a>
        {!isGuest && (
          <>
            <hr className={styles.rule} />
            <button type="button" className={styles.item} onClick={signOut}>
              <Icon name="signOut" /> Sign out
            </button>
            <Unsent />
          </>
        )}
      </div>
    </>
  );
}

/** What becomes of what waits, for who is about to sign out. */
function Unsent() {
  const { waiting } = useAccount();
  const count = useSyncExternalStore(waiting.subscribe, waiting.get);
  const { unkept } = useDuet().live;
  const lost = useSyncExternalStore(unkept.subscribe, unkept.get);
  if (count === 0) return null;
  return (
    <p className={styles.note}>
      {count === 1 ? '1 message waits' : `${count} messages wait`} to be sent, and will be when you sign in
      here again{lost > 0 && `, but for ${lost} that this browser could not keep`}.
    </p>
  );
}
