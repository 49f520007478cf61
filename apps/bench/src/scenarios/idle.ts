import { setTimeout as sleep } from 'node:timers/promises';
import { residentBytes } from '../measure/memory.ts';
import { seedPairs } from '../seed/pairs.ts';
import type { Server } from '../servers/server.ts';
import { duet, duetV1, express, relay } from '../servers/start.ts';
import type { Bench } from './scenario.ts';
import { takeTurns, withServer } from './turn.ts';

const SOCKETS = 10_000;
const WARM_UP_SOCKETS = 200;
/** Garbage of connecting goes when the server has been idle for some time. */
const SETTLING_SECONDS = 12;

/** What a socket costs that says nothing, and how fast they come. */
export async function idle(bench: Bench): Promise<void> {
  const { database } = bench.options;
  const contenders = [duet(database), duetV1(database), relay(database), express(database)];
  await takeTurns(bench, 'idle', contenders, (contender) =>
    withServer(bench, contender, async (server, generators) => {
      await generators.connect(contender.dialect, await seedPairs(server, WARM_UP_SOCKETS / 2, 'warm-'));
      const pairs = await seedPairs(server, SOCKETS / 2);
      const before = await settledBytes(server);
      const start = performance.now();
      await generators.connect(contender.dialect, pairs);
      const seconds = (performance.now() - start) / 1000;
      const after = await settledBytes(server);
      const { faults: errors, samples } = await generators.drain();
      for (const sample of samples) bench.say(sample);
      bench.results.add('idle', `${SOCKETS} sockets`, contender.name, {
        socketKb: (after - before) / SOCKETS / 1024,
        residentMb: after / 2 ** 20,
        connectsPerSecond: SOCKETS / seconds,
        errors,
      });
    }),
  );
}

/** The least memory it holds within some seconds of idleness. */
async function settledBytes({ pids }: Server): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let second = 0; second < SETTLING_SECONDS; second += 1) {
    await sleep(1000);
    least = Math.min(
      least,
      pids.reduce((sum, pid) => sum + residentBytes(pid), 0),
    );
  }
  return least;
}
