import type { Presence, User } from '@duet/sdk';
import styles from './avatar.module.css';
import { hueOf, initialsOf } from './initials.ts';

interface AvatarProps {
  readonly user: User;
  readonly presence?: Presence | undefined;
  readonly size?: 'tiny' | 'small' | 'large';
}

/** Somebody's initials in a colour of their own; the name stands beside it, so this says only who is online. */
export function Avatar({ user, presence, size = 'large' }: AvatarProps) {
  return (
    <span className={styles.avatar} data-hue={hueOf(user.id)} data-size={size}>
      <span aria-hidden="true">{initialsOf(user.display_name)}</span>
      {presence?.online && <span className={styles.online} role="img" aria-label="online" />}
    </span>
  );
}
