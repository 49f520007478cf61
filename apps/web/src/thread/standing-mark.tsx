import { Icon } from '../appearance/icon.tsx';
import type { Standing } from './rows.ts';
import styles from './standing-mark.module.css';

const marks = {
  waiting: { icon: 'clock', name: 'Waiting to be sent' },
  sending: { icon: 'clock', name: 'Sending' },
  sent: { icon: 'check', name: 'Sent' },
  read: { icon: 'checks', name: 'Read' },
  failed: { icon: 'warning', name: 'Not sent' },
} as const satisfies Record<Standing, object>;

/** Where one of my messages stands, in a sign. */
export function StandingMark({ standing }: { readonly standing: Standing }) {
  const { icon, name } = marks[standing];
  return (
    <span className={styles.mark} role="img" aria-label={name} title={name}>
      <Icon name={icon} />
    </span>
  );
}
