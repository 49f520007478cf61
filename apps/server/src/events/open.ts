import { createHash, type KeyObject, randomUUID } from 'node:crypto';
import type { DatabaseServer } from '../db/connect.ts';
import type { BusLog } from './bus.ts';
import type { Events } from './events.ts';
import { memoryEvents } from './memory.ts';
import type { BusMeter } from './meter.ts';
import { NatsBus } from './nats.ts';
import { NodeEvents } from './node-events.ts';
import type { LoadCommitted } from './notes.ts';
import { PostgresBus } from './postgres.ts';

export interface EventsOptions {
  /** Undefined: the embedded database, and so a single node. */
  readonly server: DatabaseServer | undefined;
  readonly natsUrl: string | undefined;
  readonly databaseId: string;
  readonly conversationKey: KeyObject;
  readonly load: LoadCommitted;
  readonly log: BusLog;
  /** Makes the meter of a bus of this kind. */
  readonly meterOf: (bus: 'postgres' | 'nats') => BusMeter;
}

/** Joins this node with the others of its database: through NATS, if there is one, or through PostgreSQL. */
export function openEvents(options: EventsOptions): Events {
  const { server, natsUrl, load, log, meterOf } = options;
  if (server === undefined) return memoryEvents();
  const node = randomUUID();
  const group = groupOf(options);
  const bus =
    natsUrl === undefined
      ? new PostgresBus({ node, server, channel: `duet_${group}`, log })
      : new NatsBus({ node, natsUrl, prefix: `duet.${group}`, log });
  return new NodeEvents(bus, load, log, meterOf(natsUrl === undefined ? 'postgres' : 'nats'));
}

/** Nodes belong together that share a database, and in it a schema. Who does not know its key cannot listen in. */
function groupOf({ databaseId, conversationKey }: EventsOptions): string {
  return createHash('sha256').update(databaseId).update(conversationKey.export()).digest('hex').slice(0, 24);
}
