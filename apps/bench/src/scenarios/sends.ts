import { measure } from '../measure/measure.ts';
import { makePairs } from '../servers/people.ts';
import type { Contender } from '../servers/server.ts';
import { duet, duetV1, express, relay } from '../servers/start.ts';
import { countThroughRest } from './count.ts';
import type { Bench } from './scenario.ts';
import { check, takeTurns, withServer } from './turn.ts';

export const CONVERSATIONS = 200;
const IN_FLIGHT = [1, 4];

/** How many messages go through: every sender has so many on their way and sends the next when one has come to both sides. */
export async function sends(bench: Bench): Promise<void> {
  const { database } = bench.options;
  const contenders = [duet(database), duetV1(database), relay(database), express(database)];
  await takeTurns(bench, 'sends', contenders, (contender) => sendThrough(bench, 'sends', contender));
}

/** One contender's turn: closed loops of all senders, shallow and deep. */
export async function sendThrough(
  bench: Bench,
  scenario: string,
  contender: Contender,
  conversations = CONVERSATIONS,
): Promise<void> {
  await withServer(bench, contender, async (server, generators) => {
    const pairs = await makePairs(server, conversations);
    await generators.connect(contender.dialect, pairs);
    let before = 0;
    for (const inFlight of IN_FLIGHT) {
      await generators.send({ kind: 'closed', inFlight, senders: 'both' });
      const measured = await measure(server, generators, bench.duration);
      const outcome = await generators.drain();
      await check(server, contender, outcome, outcome.sent);
      const disordered = outcome.disordered - before;
      before = outcome.disordered;
      bench.results.add(scenario, `${inFlight} in flight`, contender.name, { ...measured, disordered });
      if (!server.database) await countThroughRest(server, pairs, outcome.sent);
    }
  });
}
