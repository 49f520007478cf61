import { join } from 'node:path';
import { type Bug, withBugs } from '@duet/conformance/sabotage';
import { freePort } from '@duet/testing/port';
import { bound } from '../../servers/child.ts';
import { DUET } from '../../servers/start.ts';
import { JWT_SECRET } from '../../servers/tokens.ts';
import { type FaultProxy, isAnyAnswer, isDuetAnswer, openProxy } from '../network/proxy.ts';
import type { Random } from '../random.ts';
import { type Mortal, startMortal } from './mortal.ts';
import type { Bus, DeploymentName } from './names.ts';
import { natsVersion, startNats } from './nats.ts';
import { startCluster } from './postgres.ts';

/** Servers, what they stand on, and the proxies before all of it. */
export interface Deployment {
  readonly servers: readonly Mortal[];
  /** Of the servers themselves, without a proxy. */
  readonly ports: readonly number[];
  /** One before each server. */
  readonly clients: readonly FaultProxy[];
  /** Leads to any of them, like a load balancer that knows nothing. */
  readonly balancer: FaultProxy;
  /** Between each server and the database, and the bus. */
  readonly database: readonly FaultProxy[];
  readonly bus: readonly FaultProxy[];
  readonly postgres: Mortal | undefined;
  readonly nats: Mortal | undefined;
  readonly versions: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface DeploymentOptions {
  readonly name: DeploymentName;
  readonly bus: Bus;
  readonly bugs: readonly Bug[];
  readonly folder: string;
  readonly random: Random;
}

const NODES = 3;
/** A server that stands still is found out soon, and so is a client. */
const HEARTBEAT_SECONDS = '2';

export async function startDeployment(options: DeploymentOptions): Promise<Deployment> {
  const { name, bus, bugs, folder, random } = options;
  const cluster = name === 'embedded' ? undefined : await startCluster(join(folder, 'postgres'));
  const nats = name === 'nodes' && bus === 'nats' ? await startNats(folder) : undefined;
  const [servers, ports, clients, database, buses]: [
    Mortal[],
    number[],
    FaultProxy[],
    FaultProxy[],
    FaultProxy[],
  ] = [[], [], [], [], []];
  const { execArgv, env } = withBugs(bugs);
  for (let i = 1; i <= (name === 'nodes' ? NODES : 1); i += 1) {
    const own: Record<string, string> = { DATA_DIR: join(folder, 'data') };
    if (cluster) {
      const proxy = await openProxy({
        name: `database ${i}`,
        target: () => cluster.port,
        isAnswer: isAnyAnswer,
      });
      own['DATABASE_URL'] = `postgres://postgres@127.0.0.1:${proxy.port}/postgres`;
      database.push(proxy);
    }
    if (nats) {
      const proxy = await openProxy({ name: `bus ${i}`, target: () => nats.port, isAnswer: isAnyAnswer });
      own['NATS_URL'] = `nats://127.0.0.1:${proxy.port}`;
      buses.push(proxy);
    }
    const port = await freePort();
    const server = await startMortal({
      name: `server ${i}`,
      command: bound([process.execPath, [...execArgv, DUET]]),
      env: { ...env, ...own, ...SERVER_ENV, PORT: String(port) },
      port,
      log: join(folder, `server-${i}.log`),
    });
    servers.push(server);
    ports.push(port);
    clients.push(await openProxy({ name: `clients ${i}`, target: () => port, isAnswer: isDuetAnswer }));
  }
  const chance = random.fork();
  const balancer = await openProxy({
    name: 'balancer',
    target: () => chance.pick(ports),
    isAnswer: isDuetAnswer,
  });
  const proxies = [...clients, balancer, ...database, ...buses];
  return {
    servers,
    ports,
    clients,
    balancer,
    database,
    bus: buses,
    postgres: cluster?.process,
    nats: nats?.process,
    versions: {
      node: process.version,
      ...(cluster && { postgres: cluster.version }),
      ...(nats && { nats: natsVersion() ?? '' }),
    },
    stop: async () => {
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await Promise.all(servers.map((server) => server.stop()));
      await Promise.all([nats?.process.stop(), cluster?.process.stop()]);
    },
  };
}

const SERVER_ENV = {
  NODE_ENV: 'production',
  JWT_SECRET,
  RATE_LIMITS: 'off',
  LOG_LEVEL: 'warn',
  HEARTBEAT_SECONDS,
  SHUTDOWN_DELAY_SECONDS: '0',
};
