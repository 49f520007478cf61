import type { OutgoingMessage, ThreadHandle } from '@duet/sdk';
import button from '../appearance/button.module.css';
import styles from './failed-note.module.css';
import { failureWords } from './failure-words.ts';

interface FailedNoteProps {
  readonly id: string;
  readonly error: OutgoingMessage['error'];
  readonly thread: ThreadHandle;
}

/** Why a message was not sent, and what can be done about it. */
export function FailedNote({ id, error, thread }: FailedNoteProps) {
  return (
    <p className={styles.note}>
      {failureWords(error)}{' '}
      <button type="button" className={button.plain} onClick={() => thread.retry(id)}>
        Try again
      </button>{' '}
      <button type="button" className={button.plain} onClick={() => thread.discard(id)}>
        Discard
      </button>
    </p>
  );
}
