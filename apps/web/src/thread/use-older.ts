import type { ThreadHandle } from '@duet/sdk';
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { VirtualizerHandle } from 'virtua';
import type { Row } from './rows.ts';

/** So near to the beginning of what there is, the next page is fetched. */
const NEAR_PX = 1200;

/** Loads older messages as somebody comes near them. */
export function useOlder(
  thread: ThreadHandle,
  hasOlder: boolean,
  list: RefObject<VirtualizerHandle | null>,
  rows: readonly Row[],
) {
  const [hasFailed, setFailed] = useState(false);
  const [isLoading, setLoading] = useState(false);
  const isUnderWay = useRef(false);

  const load = useCallback(async () => {
    if (isUnderWay.current) return;
    isUnderWay.current = true;
    setLoading(true);
    setFailed(false);
    try {
      await thread.loadOlder();
    } catch {
      setFailed(true);
    } finally {
      isUnderWay.current = false;
      setLoading(false);
    }
  }, [thread]);

  const look = useCallback(() => {
    if (hasOlder && !hasFailed && (list.current?.scrollOffset ?? Number.POSITIVE_INFINITY) < NEAR_PX)
      void load();
  }, [hasOlder, hasFailed, list, load]);

  // A page may be too short to come away from the beginning.
  useEffect(() => {
    if (rows.length === 0 || isLoading) return;
    const frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  }, [rows, isLoading, look]);

  return { isLoading, hasFailed, look, retry: () => void load() };
}
