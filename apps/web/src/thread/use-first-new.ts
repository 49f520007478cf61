import type { Message, ThreadHandle } from '@duet/sdk';
import { useEffect, useState } from 'react';

/** Who has more to catch up on than this begins at the end. */
const MOST_PAGES = 10;

/**
 * Loads as far back as the first message that is new, when a conversation is opened.
 * @param readSeq how far it was read
 * @returns whether that is still under way
 */
export function useFirstNew(
  thread: ThreadHandle,
  messages: readonly Message[],
  hasOlder: boolean,
  readSeq: number | undefined,
): boolean {
  const [isOver, setOver] = useState(false);
  const [pages, setPages] = useState(0);
  const first = messages[0]?.seq;
  const isThere = readSeq === undefined || !hasOlder || (first ?? 0) <= readSeq + 1;
  const isLooking = !isOver && first !== undefined && !isThere && pages < MOST_PAGES;

  useEffect(() => {
    if (first === undefined || isOver) return;
    if (!isLooking) return setOver(true);
    thread.loadOlder().then(
      () => setPages((count) => count + 1),
      () => setOver(true),
    );
  }, [thread, first, isOver, isLooking]);

  return isLooking;
}
