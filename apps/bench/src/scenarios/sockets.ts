import { measure } from '../measure/measure.ts';
import { seedPairs } from '../seed/pairs.ts';
import { duet, relay } from '../servers/start.ts';
import type { Bench } from './scenario.ts';
import { check, takeTurns, withServer } from './turn.ts';

const SOCKETS = [100, 1000, 10_000];
const PER_SECOND = 2000;

/** What a message costs at the same rate, spread over more and more sockets. */
export async function sockets(bench: Bench): Promise<void> {
  const { database } = bench.options;
  await takeTurns(bench, 'sockets', [duet(database), relay(database)], async (contender) => {
    for (const count of SOCKETS) {
      await withServer(bench, contender, async (server, generators) => {
        await generators.connect(contender.dialect, await seedPairs(server, count / 2));
        await generators.send({ kind: 'open', perSecond: PER_SECOND });
        const measured = await measure(server, generators, bench.duration);
        const outcome = await generators.drain();
        await check(server, contender, outcome, outcome.sent);
        bench.results.add('sockets', `${count} sockets, ${PER_SECOND}/s`, contender.name, measured);
      });
    }
  });
}
