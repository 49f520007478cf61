import type { PairPlan } from '../load/pair.ts';
import { Generators } from '../load/pool.ts';
import { httpRequest } from '../load/requests.ts';
import { measure } from '../measure/measure.ts';
import { seedPairs } from '../seed/pairs.ts';
import { seederOf } from '../seed/seeder-of.ts';
import type { Contender, Server } from '../servers/server.ts';
import { duet } from '../servers/start.ts';
import type { Bench } from './scenario.ts';
import { check, withServer } from './turn.ts';

const LENGTHS = [1000, 10_000, 100_000, 1_000_000, 10_000_000];
const CONNECTIONS = 8;
const IN_FLIGHT = 4;

/** What a page and a send cost in a short conversation and in very long ones, all in one database. */
export async function history(bench: Bench): Promise<void> {
  const contender = duet(bench.options.database);
  await withServer(bench, contender, async (server, idleGenerators) => {
    await idleGenerators.stop();
    const pairs = await seedPairs(server, LENGTHS.length);
    for (const [i, length] of LENGTHS.entries()) {
      bench.say(`history: writing ${length.toLocaleString('en')} messages`);
      await seederOf(server).histories([pairs[i]?.conversationId ?? ''], length);
    }
    await seederOf(server).settle();
    let stored = LENGTHS.reduce((sum, length) => sum + length, 0);
    const lengths = LENGTHS.map((length, i) => ({
      length,
      pair: pairs[i],
      name: length.toLocaleString('en'),
    }));
    for (let round = 1; round <= bench.options.rounds; round += 1) {
      for (const { length, pair, name } of lengths) {
        if (!pair) continue;
        bench.say(`history, round ${round} of ${bench.options.rounds}: ${name} messages`);
        stored += await sendInto(bench, contender, server, pair, name, stored);
        await readFrom(bench, contender, server, pair, name, length, stored);
      }
    }
  });
}

/** @returns how many were sent */
async function sendInto(
  bench: Bench,
  contender: Contender,
  server: Server,
  pair: PairPlan,
  name: string,
  stored: number,
): Promise<number> {
  const generators = new Generators(1);
  try {
    await generators.connect(contender.dialect, [pair]);
    await generators.send({ kind: 'closed', inFlight: IN_FLIGHT, senders: 'both' });
    const measured = await measure(server, generators, bench.duration);
    const outcome = await generators.drain();
    await check(server, contender, outcome, stored + outcome.sent);
    bench.results.add('history', 'sends into a history of', name, measured);
    return outcome.sent;
  } finally {
    await generators.stop();
  }
}

async function readFrom(
  bench: Bench,
  contender: Contender,
  server: Server,
  { conversationId, users: [{ token }] }: PairPlan,
  name: string,
  length: number,
  stored: number,
): Promise<void> {
  const generators = new Generators(1);
  try {
    const depths = Array.from({ length: 9 }, (_, i) => ((i + 1) * length) / 10);
    const path = `/api/chat/conversations/${conversationId}/messages/?limit=50`;
    const before = await seederOf(server).positions(conversationId, depths);
    const requests = [path, ...before.map((position) => `${path}&before=${position}`)];
    const [port = 0] = server.ports;
    await generators.request(
      port,
      CONNECTIONS,
      requests.map((request) => httpRequest('GET', request, token)),
      200,
    );
    const measured = await measure(server, generators, bench.duration);
    await check(server, contender, await generators.drain(), stored);
    bench.results.add('history', 'pages of 50 from a history of', name, measured);
  } finally {
    await generators.stop();
  }
}
