import { useConnection } from '@duet/sdk/react';
import styles from './loading.module.css';

/** Stands where something will be, and shows only when it takes its time. */
export function Loading() {
  const { status } = useConnection();
  if (status === 'closed') return null;
  return (
    <div className={styles.loading} role="status">
      Loading…
    </div>
  );
}
