import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react';
import type { VirtualizerHandle } from 'virtua';
import type { Row } from './rows.ts';

/** Nearer to the end than this is at the end. */
const NEAR_PX = 48;

interface Beginning {
  /** The first new message is being looked for. */
  readonly isLooking: boolean;
  /** There is nothing to begin at, and it is certain. */
  readonly isEmpty: boolean;
}

/**
 * Where somebody is in the messages. Who is at the end stays there, whatever comes; who reads further up is left alone. It begins at the first
 * new message, or at the end.
 * @returns `isAtEnd` is undefined until that is known
 */
export function useScrollPlace(
  scroller: RefObject<HTMLElement | null>,
  list: RefObject<VirtualizerHandle | null>,
  rows: readonly Row[],
  { isLooking, isEmpty }: Beginning,
) {
  const [isAtEnd, setAtEnd] = useState<boolean>();
  const sticks = useRef(false);
  const lastOffset = useRef(0);
  const isPlaced = useRef(false);
  const lastId = useRef<string>(undefined);

  const settle = useCallback(() => {
    const element = scroller.current;
    if (!element || !isPlaced.current) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    // Where nothing is shown nobody is at the end of it.
    if (clientHeight === 0) return setAtEnd(false);
    const isNear = scrollHeight - scrollTop - clientHeight <= NEAR_PX;
    // Only going up leaves the end: what grows below does not.
    if (isNear) sticks.current = true;
    else if (scrollTop < lastOffset.current - 1) sticks.current = false;
    lastOffset.current = scrollTop;
    setAtEnd(isNear || sticks.current);
  }, [scroller]);

  const toEnd = useCallback(() => {
    sticks.current = true;
    list.current?.scrollToIndex(rows.length - 1, { align: 'end' });
  }, [list, rows.length]);

  useLayoutEffect(() => {
    if (!isEmpty) return;
    isPlaced.current = true;
    sticks.current = true;
    setAtEnd(true);
  }, [isEmpty]);

  useLayoutEffect(() => {
    const last = rows.at(-1)?.message;
    if (!last || isLooking) return;
    if (!isPlaced.current) {
      isPlaced.current = true;
      const firstNew = rows.findIndex(({ startsNew }) => startsNew);
      sticks.current = firstNew < 0;
      if (firstNew < 0) list.current?.scrollToIndex(rows.length - 1, { align: 'end' });
      else list.current?.scrollToIndex(firstNew, { align: 'start' });
      requestAnimationFrame(() => requestAnimationFrame(settle));
    } else if (last.id !== lastId.current) {
      const isWritten = last.isMine && last.seq === undefined;
      if (isWritten) sticks.current = true;
      if (sticks.current) list.current?.scrollToIndex(rows.length - 1, { align: 'end' });
    }
    lastId.current = last.id;
  }, [rows, isLooking, list, settle]);

  const onResize = useCallback(() => {
    if (sticks.current) list.current?.scrollToIndex(rows.length - 1, { align: 'end' });
    settle();
  }, [list, rows.length, settle]);

  return { isAtEnd, onScroll: settle, onResize, toEnd };
}
