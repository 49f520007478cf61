import styles from './typing.module.css';

/** Three dots above the field while the other side writes. */
export function Typing({ name, isTyping }: { readonly name: string; readonly isTyping: boolean }) {
  return (
    <p className={styles.typing} data-shown={isTyping}>
      {isTyping && (
        <>
          <span className={styles.dots} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span className={styles.words}>
            <bdi>{name}</bdi> is typing
          </span>
        </>
      )}
    </p>
  );
}
