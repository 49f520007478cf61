import type { ThreadHandle } from '@duet/sdk';
import { useEffect, useRef, useState } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import button from '../appearance/button.module.css';
import { Loading } from '../connection/loading.tsx';
import { JumpButton } from './jump-button.tsx';
import styles from './message-list.module.css';
import { MessageRow } from './message-row.tsx';
import { moveInLog } from './move-in-log.ts';
import type { Row } from './rows.ts';
import { useOlder } from './use-older.ts';
import { useScrollPlace } from './use-scroll-place.ts';

/** A turn of a wheel goes further than a screen's edge: rows are measured before they are seen, so that none of them moves. */
const BUFFER_PX = 800;

interface MessageListProps {
  readonly rows: readonly Row[];
  readonly thread: ThreadHandle;
  readonly peerName: string;
  readonly hasOlder: boolean;
  /** Where to begin is not known yet. */
  readonly isLooking: boolean;
  /** There is nothing, and it is certain. */
  readonly isEmpty: boolean;
  readonly unread: number;
  readonly onAtEnd: (isAtEnd: boolean) => void;
}

/** The messages, of which only those in view are in the page. */
export function MessageList({
  rows,
  thread,
  peerName,
  hasOlder,
  isLooking,
  isEmpty,
  unread,
  onAtEnd,
}: MessageListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const { isAtEnd, onScroll, onScrollEnd, onWheel, onResize, toEnd } = useScrollPlace(scroller, list, rows, {
    isLooking,
    isEmpty,
  });
  const older = useOlder(thread, hasOlder && !isLooking, list, rows);
  const isPrepended = useIsPrepended(rows);
  useEffect(() => onAtEnd(isAtEnd ?? false), [onAtEnd, isAtEnd]);

  return (
    <div className={styles.frame}>
      <div
        ref={scroller}
        className={styles.scroller}
        data-looking={isLooking}
        role="log"
        // Rows come and go with scrolling, so a screen reader is told of new messages elsewhere.
        aria-live="off"
        aria-label={`Messages with ${peerName}`}
        aria-busy={older.isLoading}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard
        tabIndex={0}
        onKeyDown={moveInLog}
        onWheel={onWheel}
        onScrollEnd={onScrollEnd}
      >
        {rows.length > 0 && <div className={styles.space} />}
        {rows.length === 0 && !isEmpty && <Loading />}
        {isEmpty && (
          <div className={styles.empty}>
            <p className={styles.emptyTitle}>Nothing here yet</p>
            <p>
              Say hello to <bdi>{peerName}</bdi>.
            </p>
          </div>
        )}
        <Virtualizer
          ref={list}
          scrollRef={scroller}
          data={rows}
          shift={isPrepended}
          bufferSize={BUFFER_PX}
          onScroll={() => {
            onScroll();
            older.look();
          }}
          onResize={onResize}
        >
          {(row) => <MessageRow key={row.message.id} {...row} thread={thread} peerName={peerName} />}
        </Virtualizer>
      </div>
      {older.hasFailed && (
        <p className={styles.failed} role="status">
          Older messages could not be loaded.{' '}
          <button type="button" className={button.plain} onClick={older.retry}>
            Try again
          </button>
        </p>
      )}
      {isAtEnd === false && <JumpButton unread={unread} onJump={toEnd} />}
    </div>
  );
}

/** Whether the rows that are shown now are those from before with older ones in front. */
function useIsPrepended(rows: readonly Row[]): boolean {
  const [shown, setShown] = useState({ rows, isPrepended: false });
  if (shown.rows === rows) return shown.isPrepended;
  const first = rows[0]?.message.seq;
  const firstBefore = shown.rows[0]?.message.seq;
  const isPrepended = first !== undefined && firstBefore !== undefined && first < firstBefore;
  setShown({ rows, isPrepended });
  return isPrepended;
}
