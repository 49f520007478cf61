import { createSecretKey, randomBytes } from 'node:crypto';
import type { Message } from '@duet/contract';
import { createPostgres } from '@duet/testing/database';
import { pino } from 'pino';
import type { BusChange, DomainEvent, Events, MessageCommitted } from '../../src/events/events.ts';
import type { LoadCommitted } from '../../src/events/notes.ts';
import { openEvents } from '../../src/events/open.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { type Link, link } from './link.ts';
import { startNats, withNats } from './nats.ts';

/** A node without its server: what it publishes, follows and hears. */
export interface Node {
  readonly events: Events;
  /** What it heard of other nodes, and of which. */
  readonly heard: { event: DomainEvent; node: string }[];
  readonly changes: BusChange[];
  /** How many messages each read of the database asked for. */
  readonly reads: number[];
  /** Its own way to the bus. */
  readonly way: Link;
}

/** A bus, and nodes that it joins. */
export interface Mesh {
  /** @param load given, instead of reading from what all nodes published */
  join(load?: LoadCommitted): Promise<Node>;
  stop(): Promise<void>;
}

/** The kinds of bus there are on this machine. */
export const BUSES = withNats ? (['postgres', 'nats'] as const) : (['postgres'] as const);
export type BusName = (typeof BUSES)[number];

export async function createMesh(bus: BusName): Promise<Mesh> {
  const { target, variables, drop } = await (bus === 'nats' ? natsTarget() : postgresTarget());
  const group = { databaseId: 'test', conversationKey: createSecretKey(randomBytes(32)) };
  const nodes: Node[] = [];
  const committed = new Map<string, MessageCommitted>();
  const read: LoadCommitted = async (ranges) =>
    ranges.flatMap(({ conversationId, after }) => committed.get(`${conversationId} ${after + 1}`) ?? []);
  return {
    join: async (load = read) => {
      const way = await link(target);
      const reads: number[] = [];
      const events = openEvents({
        ...group,
        ...variables(way.url),
        load: (ranges) => {
          reads.push(ranges.length);
          return load(ranges);
        },
        log: pino({ level: 'silent' }),
        meterOf: createMetrics().busOf,
      });
      const heard: Node['heard'] = [];
      events.subscribe((published, node) => {
        for (const event of published) {
          if (node !== events.node) heard.push({ event, node });
          else if (event.type === 'message') committed.set(keyOf(event.message), event);
        }
      });
      const changes: BusChange[] = [];
      events.watch((change) => changes.push(change));
      // The bus is there: what is published from now on arrives.
      await events.follow('user:nobody').active;
      const node = { events, heard, changes, reads, way };
      nodes.push(node);
      return node;
    },
    stop: async () => {
      await Promise.all(nodes.map(({ events }) => events.close()));
      await Promise.all(nodes.map(({ way }) => way.close()));
      await drop();
    },
  };
}

async function natsTarget() {
  const nats = await startNats();
  return {
    target: nats.url,
    variables: (natsUrl: string) => ({
      server: { url: 'postgres://not.used/here', pooled: undefined },
      natsUrl,
    }),
    drop: () => nats.stop(),
  };
}

async function postgresTarget() {
  const database = await createPostgres();
  return {
    target: database.url,
    variables: (url: string) => ({ server: { url, pooled: undefined }, natsUrl: undefined }),
    drop: () => database.drop(),
  };
}

const keyOf = ({ conversation_id, seq }: Message) => `${conversation_id} ${seq}`;
