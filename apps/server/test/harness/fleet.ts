import { createPostgres } from '@duet/testing/database';
import postgres from 'postgres';
import type { BusName } from './buses.ts';
import { METRICS_TOKEN } from './metrics.ts';
import { startNats } from './nats.ts';
import { type ServerProcess, startProcess } from './process.ts';
import { JWT_SECRET } from './server.ts';

/** Nodes in processes of their own, on one database and one bus. */
export interface Fleet {
  /** Of the database. */
  readonly url: string;
  start(): Promise<ServerProcess>;
  /** Does something while the nodes cannot hear each other. */
  whileCut(work: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

export async function createFleet(bus: BusName): Promise<Fleet> {
  const database = await createPostgres();
  const { env, ...cutter } = await (bus === 'nats' ? natsCutter() : postgresCutter(database.url));
  const nodes: ServerProcess[] = [];
  return {
    url: database.url,
    start: async () => {
      const options = {
        METRICS_TOKEN,
        JWT_SECRET,
        SHUTDOWN_DELAY_SECONDS: '0',
        LOG_LEVEL: 'info',
        RATE_LIMITS: '100', // much is said at once there
      };
      const node = await startProcess({ ...database.env, ...options, ...env });
      nodes.push(node);
      return node;
    },
    whileCut: cutter.whileCut,
    stop: async () => {
      for (const node of nodes) node.kill('SIGTERM');
      await Promise.all(nodes.map(({ exit }) => exit));
      await cutter.stop();
      await database.drop();
    },
  };
}

/** NATS is killed, and comes back at the same port. */
async function natsCutter() {
  let nats = await startNats();
  return {
    env: { NATS_URL: nats.url },
    whileCut: async (work: () => Promise<void>) => {
      await nats.stop();
      await work();
      nats = await startNats({ port: new URL(nats.url).port });
    },
    stop: () => nats.stop(),
  };
}

/** Whoever listens is thrown out, again and again. */
async function postgresCutter(url: string) {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const throwOut = () =>
    sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query ilike 'listen %'`;
  return {
    env: {},
    whileCut: async (work: () => Promise<void>) => {
      await throwOut();
      const timer = setInterval(() => void throwOut().catch(() => {}), 30);
      await work().finally(() => clearInterval(timer));
    },
    stop: () => sql.end(),
  };
}
