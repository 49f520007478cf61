import { CheckIcon, ChecksIcon, ClockIcon, WarningIcon } from '../appearance/icons.tsx';
import type { Standing } from './rows.ts';
import styles from './standing-mark.module.css';

const marks = {
  waiting: { Icon: ClockIcon, name: 'Waiting to be sent' },
  sending: { Icon: ClockIcon, name: 'Sending' },
  sent: { Icon: CheckIcon, name: 'Sent' },
  read: { Icon: ChecksIcon, name: 'Read' },
  failed: { Icon: WarningIcon, name: 'Not sent' },
} satisfies Record<Standing, object>;

/** Where one of my messages stands, in a sign. */
export function StandingMark({ standing }: { readonly standing: Standing }) {
  const { Icon, name } = marks[standing];
  return (
    <span className={styles.mark} role="img" aria-label={name} title={name}>
      <Icon />
    </span>
  );
}
