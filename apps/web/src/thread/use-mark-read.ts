import type { ThreadHandle } from '@duet/sdk';
import { useEffect } from 'react';

/** Says how far I have read, while I look at the newest messages. */
export function useMarkRead(thread: ThreadHandle, isReading: boolean, newest: number | undefined): void {
  useEffect(() => {
    if (isReading && newest !== undefined) thread.markRead(newest);
  }, [thread, isReading, newest]);
}
