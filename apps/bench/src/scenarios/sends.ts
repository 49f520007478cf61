import { Generators } from '../load/pool.ts';
import type { Outcome } from '../load/protocol.ts';
import { measure } from '../measure/measure.ts';
import { countRows } from '../servers/database.ts';
import { makePairs } from '../servers/people.ts';
import type { Contender, Server } from '../servers/server.ts';
import { duet, duetV1, express, relay } from '../servers/start.ts';
import { type Bench, WARM_UP_SECONDS } from './scenario.ts';

export const CONVERSATIONS = 200;
const IN_FLIGHT = [1, 4];

/** How many messages go through: every sender has so many on their way and sends the next when one has come to both sides. */
export async function sends(bench: Bench): Promise<void> {
  const { database, rounds } = bench.options;
  const contenders = [duet(database), duetV1(database), relay(database), express(database)];
  for (let round = 1; round <= rounds; round += 1) {
    for (const contender of contenders) {
      bench.say(`sends, round ${round} of ${rounds}: ${contender.name}`);
      await sendThrough(bench, 'sends', contender);
    }
  }
}

/** One contender's turn: closed loops of all senders, shallow and deep. */
export async function sendThrough(bench: Bench, scenario: string, contender: Contender): Promise<void> {
  const server = await contender.start();
  const generators = new Generators(bench.options.generators);
  try {
    await generators.connect(contender.dialect, await makePairs(server, CONVERSATIONS));
    let disorderedBefore = 0;
    for (const inFlight of IN_FLIGHT) {
      await generators.send({ kind: 'closed', inFlight, senders: 'both' });
      const measured = await measure(server, generators, {
        warmUp: WARM_UP_SECONDS,
        seconds: bench.options.seconds,
      });
      const outcome = await generators.drain();
      await checkOutcome(server, contender, outcome);
      const disordered = outcome.disordered - disorderedBefore;
      disorderedBefore = outcome.disordered;
      bench.results.add(scenario, `${inFlight} in flight`, contender.name, { ...measured, disordered });
    }
  } finally {
    await generators.stop();
    await server.stop();
  }
}

/** What was sent is what came, once, and what is stored. @throws when it is not: then no figure counts */
export async function checkOutcome(server: Server, contender: Contender, outcome: Outcome): Promise<void> {
  const { sent, missing, doubled, holes, faults, samples } = outcome;
  const complaints = Object.entries({ missing, doubled, holes, faults }).filter(([, count]) => count > 0);
  const rows = server.database && (await countRows(server.database));
  if (rows !== undefined && rows !== sent) complaints.push(['rows', rows]);
  if (complaints.length === 0) return;
  const list = complaints.map(([what, count]) => `${count} ${what}`).join(', ');
  throw new Error(`${contender.name}: of ${sent} messages sent: ${list}. ${samples.join(' | ')}`);
}
