import type { PairPlan } from '../load/pair.ts';
import { Generators } from '../load/pool.ts';
import { httpRequest } from '../load/requests.ts';
import { measure } from '../measure/measure.ts';
import type { Measured } from '../report/results.ts';
import { seedPairs } from '../seed/pairs.ts';
import { seederOf } from '../seed/seeder-of.ts';
import type { Server } from '../servers/server.ts';
import { duet } from '../servers/start.ts';
import type { Bench } from './scenario.ts';
import { check, withServer } from './turn.ts';

const LENGTHS = [1000, 10_000, 100_000, 1_000_000, 10_000_000];
const CONNECTIONS = 8;
const IN_FLIGHT = 4;

/** A conversation, how long its history was at first, and the turn's generators. */
interface Turn {
  readonly pair: PairPlan;
  readonly length: number;
  readonly generators: Generators;
}

/** What a page and a send cost in a short conversation and in very long ones, all in one database. */
export async function history(bench: Bench): Promise<void> {
  const contender = duet(bench.options.database);
  await withServer(bench, contender, async (server) => {
    const histories = await writeHistories(bench, server);
    let stored = LENGTHS.reduce((sum, length) => sum + length, 0);
    const perform = async (
      work: (bench: Bench, server: Server, turn: Turn) => Promise<Measured>,
      of: History,
    ) => {
      const generators = new Generators(1);
      try {
        const measured = await work(bench, server, { ...of, generators });
        const outcome = await generators.drain();
        if (work === sendInto) stored += outcome.sent;
        await check(server, contender, outcome, stored);
        return measured;
      } finally {
        await generators.stop();
      }
    };
    const { rounds } = bench.options;
    // Round 0 is for the server to compile what it needs, so that the first history does not pay for that.
    for (let round = 0; round <= rounds; round += 1) {
      for (const one of histories) {
        const name = one.length.toLocaleString('en');
        bench.say(`history, round ${round} of ${rounds}: ${name} messages`);
        const sends = await perform(sendInto, one);
        const pages = await perform(readFrom, one);
        if (round === 0) continue;
        bench.results.add('history', 'sends into a history of', name, sends);
        bench.results.add('history', 'pages of 50 from a history of', name, pages);
      }
    }
  });
}

type History = Omit<Turn, 'generators'>;

async function writeHistories(bench: Bench, server: Server): Promise<History[]> {
  const seeder = seederOf(server);
  const pairs = await seedPairs(server, LENGTHS.length);
  const histories = pairs.map((pair, i) => ({ pair, length: LENGTHS[i] ?? 0 }));
  for (const { pair, length } of histories) {
    bench.say(`history: writing ${length.toLocaleString('en')} messages`);
    await seeder.histories([pair.conversationId], length);
  }
  await seeder.settle();
  return histories;
}

async function sendInto(bench: Bench, server: Server, { pair, generators }: Turn): Promise<Measured> {
  await generators.connect('duet', [pair]);
  await generators.send({ kind: 'closed', inFlight: IN_FLIGHT, senders: 'both' });
  return measure(server, generators, bench.duration);
}

/** The newest page and pages from all depths. */
async function readFrom(bench: Bench, server: Server, { pair, length, generators }: Turn): Promise<Measured> {
  const { conversationId, users } = pair;
  const depths = Array.from({ length: 9 }, (_, i) => ((i + 1) * length) / 10);
  const path = `/api/chat/conversations/${conversationId}/messages/?limit=50`;
  const before = await seederOf(server).positions(conversationId, depths);
  const paths = [path, ...before.map((position) => `${path}&before=${position}`)];
  const requests = paths.map((one) => httpRequest('GET', one, users[0].token));
  await generators.request(server.ports[0] ?? 0, CONNECTIONS, requests, 200);
  return measure(server, generators, bench.duration);
}
