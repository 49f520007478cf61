import { measure } from '../measure/measure.ts';
import { makePairs } from '../servers/people.ts';
import { duet, express, relay } from '../servers/start.ts';
import type { Bench } from './scenario.ts';
import { check, takeTurns, withServer } from './turn.ts';

/** How long one sender waits for one message when nobody else is there: what batching must not cost. */
export async function lone(bench: Bench): Promise<void> {
  const { database } = bench.options;
  const contenders = [duet(database), relay(database), express(database)];
  await takeTurns(bench, 'lone', contenders, (contender) =>
    withServer(bench, contender, async (server, generators) => {
      await generators.connect(contender.dialect, await makePairs(server, 1));
      await generators.send({ kind: 'closed', inFlight: 1, senders: 'one' });
      const measured = await measure(server, generators, bench.duration);
      const outcome = await generators.drain();
      await check(server, contender, outcome, outcome.sent);
      bench.results.add('lone', 'one sender, one message at a time', contender.name, measured);
    }),
  );
}
