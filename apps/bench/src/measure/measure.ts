import { setTimeout as sleep } from 'node:timers/promises';
import type { Generators, Load } from '../load/pool.ts';
import type { Measured } from '../report/results.ts';
import type { Server } from '../servers/server.ts';
import { cpuOf, databaseCpu } from './cpu.ts';
import { residentBytes } from './memory.ts';

/** How long to warm up and to measure, in seconds. */
export interface Duration {
  readonly warmUp: number;
  readonly seconds: number;
}

/** Watches a server under the load that the generators are giving it. */
export async function measure(server: Server, generators: Generators, duration: Duration): Promise<Measured> {
  const cpuOfDatabase = server.database && (await databaseCpu(server.database));
  await sleep(duration.warmUp * 1000);
  await generators.begin();
  const serverBefore = cpuOfAll(server);
  const databaseBefore = cpuOfDatabase?.();
  await sleep(duration.seconds * 1000);
  const ofServer = cpuOfAll(server) - serverBefore;
  const ofDatabase = cpuOfDatabase && databaseBefore !== undefined && cpuOfDatabase() - databaseBefore;
  const load = await generators.end();
  const each = (seconds: number) => (seconds * 1e6) / load.completed;
  return {
    ...latencyOf(load),
    rate: load.perSecond,
    serverCpu: each(ofServer),
    ...(ofDatabase && { databaseCpu: each(ofDatabase), cpu: each(ofServer + ofDatabase) }),
    generatorCpu: each(load.cpuSeconds),
    residentMb: server.pids.reduce((sum, pid) => sum + residentBytes(pid), 0) / 2 ** 20,
  };
}

function latencyOf({ latency, lag }: Load): Measured {
  return {
    p50: latency.quantile(0.5) / 1000,
    p99: latency.quantile(0.99) / 1000,
    ...(lag.count > 0 && { lag: lag.quantile(0.5) / 1000 }),
  };
}

function cpuOfAll(server: Server): number {
  return server.pids.reduce((sum, pid) => sum + cpuOf(pid), 0);
}
