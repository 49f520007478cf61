import { DuetError, type ThreadHandle } from '@duet/sdk';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Icon } from '../appearance/icon.tsx';
import { isTouch } from '../appearance/touch.ts';
import { useAccount } from '../session/account.ts';
import styles from './composer.module.css';
import { readDraft, writeDraft } from './drafts.ts';
import { failureWords } from './failure-words.ts';

const MAX_LENGTH = 10_000;
/** From here on it is said how much there is room for. */
const NEARLY = MAX_LENGTH - 500;

interface ComposerProps {
  readonly thread: ThreadHandle;
  readonly peerName: string;
  readonly takesFocus: boolean;
  readonly onSend: () => void;
}

/** Where a message is written. What was begun is kept until it is sent. */
export function Composer({ thread, peerName, takesFocus, onSend }: ComposerProps) {
  const { storage, user } = useAccount();
  const [text, setText] = useState(() => readDraft(storage, user.id, thread.id));
  const [problem, setProblem] = useState<string>();
  const input = useRef<HTMLTextAreaElement>(null);
  const canSend = text.trim() !== '' && text.length <= MAX_LENGTH;

  useEffect(() => {
    // On a touch screen the focus would bring the keyboard up over what somebody came to read.
    if (takesFocus && !isTouch()) input.current?.focus();
  }, [takesFocus]);

  function write(next: string) {
    setText(next);
    setProblem(undefined);
    writeDraft(storage, user.id, thread.id, next);
    thread.setTyping(next.trim() !== '');
  }

  function send() {
    input.current?.focus();
    if (!canSend) return;
    try {
      thread.send(text.trim());
    } catch (error) {
      setProblem(failureWords(error instanceof DuetError ? error.code : undefined));
      return;
    }
    setText('');
    writeDraft(storage, user.id, thread.id, '');
    onSend();
  }

  function onKeyDown(event: KeyboardEvent) {
    // While somebody composes a character, Enter belongs to their input method; Safari says so by the key code alone.
    const isComposing = event.nativeEvent.isComposing || event.keyCode === 229;
    if (event.key !== 'Enter' || event.shiftKey || isComposing || isTouch()) return;
    event.preventDefault();
    send();
  }

  const length = text.length > NEARLY ? `${text.length} of ${MAX_LENGTH} characters` : undefined;
  return (
    <form
      className={styles.composer}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {(problem ?? length) && (
        <p
          className={styles.note}
          role="status"
          data-over={problem !== undefined || text.length > MAX_LENGTH}
        >
          {problem ?? length}
        </p>
      )}
      <div className={styles.row}>
        <div className={styles.field} data-text={text}>
          <textarea
            ref={input}
            className={styles.input}
            aria-label={`Message to ${peerName}`}
            placeholder="Message"
            dir="auto"
            rows={1}
            value={text}
            enterKeyHint={isTouch() ? 'enter' : 'send'}
            onChange={(event) => write(event.target.value)}
            onBlur={() => thread.setTyping(false)}
            onKeyDown={onKeyDown}
          />
        </div>
        <button type="submit" className={styles.send} aria-label="Send" aria-disabled={!canSend}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}
