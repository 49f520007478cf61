import { useDuet } from '@duet/sdk/react';
import { useSyncExternalStore } from 'react';
import { useAccount } from '../session/account.ts';
import styles from './connection-line.module.css';
import { storageWords } from './storage-words.ts';

/** A slim line that says what would be lost with the page. */
export function StorageLine() {
  const { isSessionKept, isGuest } = useAccount();
  const { unkept } = useDuet().live;
  const isKept = useSyncExternalStore(isSessionKept.subscribe, isSessionKept.get);
  const words = storageWords(isKept || isGuest, useSyncExternalStore(unkept.subscribe, unkept.get));

  return (
    <div className={styles.line} role="status" aria-label="Storage">
      {words !== '' && <p>{words}</p>}
    </div>
  );
}
