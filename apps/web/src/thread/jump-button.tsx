import { Icon } from '../appearance/icon.tsx';
import { badgeOf } from '../conversations/preview.ts';
import styles from './jump-button.module.css';

/** Back to the newest messages, with how many of them are new. */
export function JumpButton({ unread, onJump }: { readonly unread: number; readonly onJump: () => void }) {
  const name = unread > 0 ? `Jump to the newest messages, ${unread} new` : 'Jump to the newest messages';
  return (
    <button type="button" className={styles.jump} aria-label={name} onClick={onJump}>
      <Icon name="down" />
      {unread > 0 && <span className={styles.badge}>{badgeOf(unread)}</span>}
    </button>
  );
}
