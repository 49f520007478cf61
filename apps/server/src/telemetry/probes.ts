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
  watchDatabase(registry, probes.pingDatabase);
}

function watchDatabase(registry: Registry, ping: Probes['pingDatabase']): void {
  let asked: Promise<{ up: number; seconds: number }> | undefined;
  // One question for both gauges, which are read at the same time.
  const ask = () => {
    const began = performance.now();
    const answered = (up: number) => ({ up, seconds: (performance.now() - began) / 1000 });
    asked ??= ping()
      .then(
        () => answered(1),
        () => answered(0),
      )
      .finally(() => {
        asked = undefined;
      });
    return asked;
  };
  const up: Gauge = new Gauge({
    name: 'duet_database_up',
    help: '1 if the database answers, else 0.',
    registers: [registry],
    collect: async () => up.set((await ask()).up),
  });
  const seconds: Gauge = new Gauge({
    name: 'duet_database_ping_seconds',
    help: 'How long the database took to answer, or was waited for.',
    registers: [registry],
    collect: async () => seconds.set((await ask()).seconds),
  });
}
