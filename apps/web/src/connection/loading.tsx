import styles from './loading.module.css';

/** Stands where something will be, and shows only when it takes its time. */
export function Loading() {
  return (
    <div className={styles.loading} role="status">
      Loading…
    </div>
  );
}
