import { Generators } from '../load/pool.ts';
import type { Outcome } from '../load/protocol.ts';
import { countRows } from '../servers/database.ts';
import type { Contender, Server } from '../servers/server.ts';
import type { Bench } from './scenario.ts';

/** Rounds in which the contenders take turns, so that what disturbs the machine disturbs them all. */
export async function takeTurns(
  bench: Bench,
  scenario: string,
  contenders: readonly Contender[],
  turn: (contender: Contender) => Promise<void>,
): Promise<void> {
  const { rounds } = bench.options;
  for (let round = 1; round <= rounds; round += 1) {
    for (const contender of contenders) {
      bench.say(`${scenario}, round ${round} of ${rounds}: ${contender.name}`);
      await turn(contender);
    }
  }
}

/** A contender's server and generators for one turn. */
export async function withServer(
  bench: Bench,
  contender: Contender,
  work: (server: Server, generators: Generators) => Promise<void>,
): Promise<void> {
  const server = await contender.start();
  try {
    const generators = new Generators(bench.options.generators);
    try {
      await work(server, generators);
    } finally {
      await generators.stop();
    }
  } finally {
    await server.stop();
  }
}

/**
 * What was sent is what came, once, in order where that is promised, and what is stored.
 * @param stored how many messages there should be. @throws when it is not so: then no figure counts
 */
export async function check(
  server: Server,
  contender: Contender,
  outcome: Outcome,
  stored: number,
): Promise<void> {
  const { sent, missing, doubled, holes, faults, samples } = outcome;
  const complaints = Object.entries({ missing, doubled, holes, faults })
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`);
  const rows = server.database && (await countRows(server.database));
  if (rows !== undefined && rows !== stored) complaints.push(`${rows} rows in place of ${stored}`);
  if (complaints.length === 0) return;
  throw new Error(`${contender.name}, ${sent} sent: ${complaints.join(', ')}. ${samples.join(' | ')}`);
}
