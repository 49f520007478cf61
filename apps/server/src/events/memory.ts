import type { DomainEvent, Events } from './events.ts';

/** Events within one process. */
export function memoryEvents(): Events {
  const listeners = new Set<(event: DomainEvent) => void>();
  return {
    publish: (event) => {
      for (const listener of listeners) listener(event);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
