import type { Duet, Live, Observable, ThreadHandle } from '../../src/index.ts';

/** The same client, and how many listeners it has. */
export function countListeners(duet: Duet): { duet: Duet; listeners: () => number } {
  let count = 0;
  const counted = <T extends Observable<unknown>>(observable: T): T => ({
    ...observable,
    get: observable.get,
    subscribe: (listener: () => void) => {
      const stop = observable.subscribe(listener);
      count += 1;
      return () => {
        count -= 1;
        stop();
      };
    },
  });
  const threads = new Map<string, ThreadHandle>();
  const { live } = duet;
  const countedLive: Live = {
    connect: () => live.connect(),
    close: () => live.close(),
    loadMore: () => live.loadMore(),
    connection: counted(live.connection),
    me: counted(live.me),
    conversations: counted(live.conversations),
    unkept: counted(live.unkept),
    conversation: (id) => {
      const thread = threads.get(id) ?? counted(live.conversation(id));
      threads.set(id, thread);
      return thread;
    },
  };
  return { duet: { ...duet, live: countedLive }, listeners: () => count };
}
