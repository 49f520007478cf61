import { settledBytes } from '../measure/memory.ts';
import { seedPairs } from '../seed/pairs.ts';
import { duet, duetV1, express, relay } from '../servers/start.ts';
import type { Bench } from './scenario.ts';
import { takeTurns, withServer } from './turn.ts';

const SOCKETS = 10_000;
const WARM_UP_SOCKETS = 200;

/** What a socket costs that says nothing, and how fast they come. */
export async function idle(bench: Bench): Promise<void> {
  const { database } = bench.options;
  const contenders = [duet(database), duetV1(database), relay(database), express(database)];
  await takeTurns(bench, 'idle', contenders, (contender) =>
    withServer(bench, contender, async (server, generators) => {
      await generators.connect(contender.dialect, await seedPairs(server, WARM_UP_SOCKETS / 2, 'warm-'));
      const pairs = await seedPairs(server, SOCKETS / 2);
      const before = await settledBytes(server.pids);
      const start = performance.now();
      await generators.connect(contender.dialect, pairs);
      const seconds = (performance.now() - start) / 1000;
      const after = await settledBytes(server.pids);
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
