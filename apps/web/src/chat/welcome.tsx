import { useConversations } from '@duet/sdk/react';
import logo from '../appearance/duet.svg';
import styles from './welcome.module.css';

/** What stands where a conversation will be, while none is open. */
export function Welcome() {
  const { items } = useConversations();
  return (
    <div className={styles.welcome}>
      <img src={logo} alt="" width="64" height="64" />
      <p className={styles.title}>{items.length > 0 ? 'Choose a conversation' : 'Welcome to Duet'}</p>
      <p className={styles.quiet}>
        {items.length > 0
          ? 'Or search for somebody to begin another one.'
          : 'Search for somebody by name to begin a conversation.'}
      </p>
    </div>
  );
}
