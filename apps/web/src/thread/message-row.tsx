import type { ThreadHandle } from '@duet/sdk';
import { memo } from 'react';
import { useNow } from '../appearance/now.ts';
import { clockTime, dayName, fullTime } from '../appearance/time.ts';
import { CopyButton } from './copy-button.tsx';
import { FailedNote } from './failed-note.tsx';
import styles from './message-row.module.css';
import { MessageText } from './message-text.tsx';
import type { Row } from './rows.ts';
import { StandingMark } from './standing-mark.tsx';

interface MessageRowProps extends Row {
  readonly thread: ThreadHandle;
  readonly peerName: string;
}

/** A message, below what is new, and above the day that begins after it. */
export const MessageRow = memo(function MessageRow({
  message,
  isFirst,
  nextDay,
  startsNew,
  startsGroup,
  endsGroup,
  thread,
  peerName,
}: MessageRowProps) {
  const { id, content, at, isMine, standing } = message;
  return (
    <>
      {isFirst && <Day at={at} />}
      {startsNew && (
        <div className={styles.new}>
          <span>New messages</span>
        </div>
      )}
      <article
        className={styles.row}
        tabIndex={-1}
        aria-label={`${isMine ? 'You' : peerName}, ${clockTime(at)}`}
        data-mine={isMine}
        data-starts={startsGroup}
        data-ends={endsGroup}
        data-failed={standing === 'failed'}
      >
        <div className={styles.line}>
          <div className={styles.bubble}>
            <div className={styles.content} dir="auto">
              <span className={styles.text}>
                <MessageText text={content} />
              </span>
              <span className={styles.meta}>
                <time dateTime={at.toISOString()} title={fullTime(at)}>
                  {clockTime(at)}
                </time>
                {standing && <StandingMark standing={standing} />}
              </span>
            </div>
          </div>
          <CopyButton text={content} />
        </div>
        {standing === 'failed' && <FailedNote id={id} error={message.error} thread={thread} />}
      </article>
      {nextDay && <Day at={nextDay} />}
    </>
  );
});

function Day({ at }: { readonly at: Date }) {
  return (
    <div className={styles.day}>
      <time dateTime={at.toISOString().slice(0, 10)}>{dayName(at, useNow())}</time>
    </div>
  );
}
