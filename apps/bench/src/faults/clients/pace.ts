import type { Me } from './world.ts';

const TICK_MS = 50;
/** What could not be sent in time is made up for, up to this: people write on while the server is away. */
const BACKLOG = 20;
const MARK_MS = 2000;

/** Writes messages at a device's rate, at random times. @param submit false when no more can be taken now */
export function startPace(me: Me, submit: () => boolean): { stop(): void } {
  const wait = () => (-Math.log(1 - me.random.next()) * 1000) / me.perSecond;
  let next = performance.now() + wait();
  let due = 0;
  const timer = setInterval(() => {
    for (; next <= performance.now(); next += wait()) due = Math.min(due + 1, BACKLOG);
    while (due > 0 && me.world.isSending && submit()) due -= 1;
  }, TICK_MS);
  return { stop: () => clearInterval(timer) };
}

/** Marks as read what a device holds, now and then; sometimes less than that, as a device that lags behind does. */
export function startMarking(
  me: Me,
  tailOf: (conversation: string) => number,
  mark: (conversation: string, seq: number) => void,
): { stop(): void } {
  const marked = new Map<string, number>();
  const timer = setInterval(
    () => {
      if (!me.world.isSending) return;
      const { id } = me.random.pick(me.conversations);
      const tail = tailOf(id);
      const isBehind = me.random.chance(0.15);
      if (tail === 0 || (tail === marked.get(id) && !isBehind)) return;
      marked.set(id, tail);
      mark(id, isBehind ? Math.max(0, tail - me.random.between(1, 20)) : tail);
    },
    MARK_MS / 2 + me.random.between(0, MARK_MS),
  );
  return { stop: () => clearInterval(timer) };
}
