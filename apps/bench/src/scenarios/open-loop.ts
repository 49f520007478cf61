import { measure } from '../measure/measure.ts';
import { makePairs } from '../servers/people.ts';
import { duet, express, relay } from '../servers/start.ts';
import type { Bench } from './scenario.ts';
import { CONVERSATIONS } from './sends.ts';
import { check, takeTurns, withServer } from './turn.ts';

const PER_SECOND = [500, 1000, 2000, 4000, 8000];
/** A server that lags like this does not hold the rate; it is not asked for more. */
const DROWNED_MS = 500;

/** How long messages take at a fixed rate, whatever comes back, counted from when each was due. */
export async function openLoop(bench: Bench): Promise<void> {
  const { database } = bench.options;
  const contenders = [duet(database), relay(database), express(database)];
  await takeTurns(bench, 'open-loop', contenders, (contender) =>
    withServer(bench, contender, async (server, generators) => {
      await generators.connect(contender.dialect, await makePairs(server, CONVERSATIONS));
      let before = 0;
      for (const perSecond of PER_SECOND) {
        await generators.send({ kind: 'open', perSecond });
        const measured = await measure(server, generators, bench.duration);
        const outcome = await generators.drain();
        await check(server, contender, outcome, outcome.sent);
        const disordered = outcome.disordered - before;
        before = outcome.disordered;
        bench.results.add('open-loop', `${perSecond}/s`, contender.name, { ...measured, disordered });
        if (!measured.p50 || measured.p50 > DROWNED_MS) break;
      }
    }),
  );
}
