import { randomUUID } from 'node:crypto';
import type { EventListener, Events, Following } from './events.ts';

const HEARD: Following = { active: Promise.resolve(), end: () => {} };

/** Events of the only node there is: nothing is lost, and there is nobody else to hear of. */
export function memoryEvents(): Events {
  const node = randomUUID();
  const listeners = new Set<EventListener>();
  return {
    node,
    publish: (events) => {
      for (const listener of listeners) listener(events, node);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    follow: () => HEARD,
    watch: () => () => {},
    close: async () => listeners.clear(),
  };
}
