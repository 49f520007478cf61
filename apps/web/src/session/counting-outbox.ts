import type { Observable, OutboxStorage } from '@duet/sdk';

/** An outbox that knows how much of one person's is in it. */
export function countingOutbox(
  storage: OutboxStorage,
  userId: string,
): OutboxStorage & { readonly waiting: Observable<number> } {
  const waiting = new Set<string>();
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of [...listeners]) listener();
  };
  return {
    load: async () => {
      const messages = await storage.load();
      for (const { sender_id, message_id } of messages) if (sender_id === userId) waiting.add(message_id);
      changed();
      return messages;
    },
    put: (message) => {
      waiting.add(message.message_id);
      changed();
      return storage.put(message);
    },
    delete: (messageId) => {
      waiting.delete(messageId);
      changed();
      return storage.delete(messageId);
    },
    onLost: (listener) => storage.onLost?.(listener),
    waiting: {
      get: () => waiting.size,
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
}
