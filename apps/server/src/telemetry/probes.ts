import { Gauge, type Registry } from '@prometheus-io/client';

/** What is looked at when somebody reads. */
export interface Probes {
  /** Rejects when the database does not answer in time. */
  readonly pingDatabase: () => Promise<void>;
  readonly queuedMessages: () => number;
  readonly queuedBytes: () => number;
  readonly heldMessages: () => number;
  readonly bufferedBytes: () => number;
}

export function watchProbes(registry: Registry, probes: Probes): void {
  const gauge = (name: string, help: string, look: () => number) => {
    const made: Gauge = new Gauge({ name, help, registers: [registry], collect: () => made.set(look()) });
  };
  gauge(
    'duet_send_queue_messages',
    'Messages that wait for their commit, or are committed.',
    probes.queuedMessages,
  );
  gauge('duet_send_queue_bytes', 'What these hold, roughly.', probes.queuedBytes);
  gauge('duet_order_held_messages', 'Messages that are held back behind holes.', probes.heldMessages);
  gauge(
    'duet_socket_buffered_bytes',
    'What waits to be read by clients, all together.',
    probes.bufferedBytes,
  );
  const up = new Gauge({
    name: 'duet_database_up',
    help: '1 if the database answers, else 0.',
    registers: [registry],
  });
  const ping = new Gauge({
    name: 'duet_database_ping_seconds',
    help: 'How long the database took to answer, or was waited for.',
    registers: [registry],
    collect: async () => {
      const began = performance.now();
      const answered = await probes.pingDatabase().then(
        () => true,
        () => false,
      );
      up.set(answered ? 1 : 0);
      ping.set((performance.now() - began) / 1000);
    },
  });
}
