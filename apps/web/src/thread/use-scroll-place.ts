import { type RefObject, useCallback, useLayoutEffect, useRef, useState, type WheelEvent } from 'react';
import type { VirtualizerHandle } from 'virtua';
import type { Row } from './rows.ts';

/** Nearer to the end than this is at the end. */
const NEAR_PX = 48;
/** Who turned the wheel upwards, and was not moved by then, is where they were. */
const LEAVING_MS = 1000;
/** What is seen above the first new message: its day, if that begins there, which belongs to the row before. */
const ABOVE_NEW_PX = 45;

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
  /** The wheel was turned upwards. Until that scrolling is over nothing may pull anybody back to the end, however near it still is. */
  const leaving = useRef<{ readonly since: number; readonly from: number }>(undefined);
  const lastOffset = useRef(0);
  const lastHeight = useRef(0);
  const isPlaced = useRef(false);
  const lastId = useRef<string>(undefined);

  /** As the list would, but for good: its own way there goes on for a while, and would pull back whoever turns the wheel by then. */
  const scrollToEnd = useCallback(() => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  }, [scroller]);

  const settle = useCallback(() => {
    const element = scroller.current;
    if (!element || !isPlaced.current) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    // Where nothing is shown nobody is at the end of it.
    if (clientHeight === 0) return setAtEnd(false);
    const isNear = scrollHeight - scrollTop - clientHeight <= NEAR_PX;
    const isLeaving = leaving.current && performance.now() - leaving.current.since < LEAVING_MS;
    if (isNear && !isLeaving) sticks.current = true;
    // Rows turned out to be of another height, and the list made up for it.
    else if (sticks.current && scrollHeight !== lastHeight.current) scrollToEnd();
    // Only going up leaves the end: what grows below does not.
    else if (scrollTop < lastOffset.current - 1) sticks.current = false;
    lastOffset.current = element.scrollTop;
    lastHeight.current = scrollHeight;
    setAtEnd(isNear || sticks.current);
  }, [scroller, scrollToEnd]);

  const onWheel = useCallback(
    ({ deltaY, ctrlKey }: WheelEvent) => {
      const from = scroller.current?.scrollTop ?? 0;
      if (deltaY > 0) leaving.current = undefined;
      if (deltaY >= 0 || ctrlKey || from <= 0) return;
      leaving.current = { since: performance.now(), from };
      sticks.current = false;
    },
    [scroller],
  );

  const onScrollEnd = useCallback(() => {
    const { from = 0 } = leaving.current ?? {};
    if (scroller.current && scroller.current.scrollTop < from) leaving.current = undefined;
    settle();
  }, [scroller, settle]);

  const toEnd = useCallback(() => {
    leaving.current = undefined;
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
      if (firstNew < 0) scrollToEnd();
      else list.current?.scrollToIndex(firstNew, { align: 'start', offset: -ABOVE_NEW_PX });
      requestAnimationFrame(() => requestAnimationFrame(settle));
    } else if (last.id !== lastId.current) {
      if (last.isMine && last.seq === undefined) toEnd();
      else if (sticks.current) scrollToEnd();
    }
    lastId.current = last.id;
  }, [rows, isLooking, list, settle, scrollToEnd, toEnd]);

  const onResize = useCallback(() => {
    if (sticks.current) scrollToEnd();
    settle();
  }, [settle, scrollToEnd]);

  return { isAtEnd, onScroll: settle, onScrollEnd, onWheel, onResize, toEnd };
}
