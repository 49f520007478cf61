import { startFlood } from '../load/flood.ts';
import { measure } from '../measure/measure.ts';
import { settledBytes } from '../measure/memory.ts';
import type { Measured } from '../report/results.ts';
import { seedPairs } from '../seed/pairs.ts';
import type { Server } from '../servers/server.ts';
import { duet } from '../servers/start.ts';
import type { Bench } from './scenario.ts';
import { takeTurns, withServer } from './turn.ts';

const SOCKETS = 10_000;
/** What all of them together say. */
const PER_SECOND = 500;

/** What everybody else notices when one person sends as much as the wire takes, on sockets and through REST. */
export async function flood(bench: Bench): Promise<void> {
  const contender = duet(bench.options.database, { RATE_LIMITS: 'on' });
  await takeTurns(bench, 'flood', [contender], () =>
    withServer(bench, contender, async (server, generators) => {
      const [flooded] = await seedPairs(server, 1, 'flood-');
      await generators.connect(contender.dialect, await seedPairs(server, SOCKETS / 2));
      const stage = async (name: string, besides: Measured = {}) => {
        const residentMb = (await settledBytes(server.pids)) / 2 ** 20;
        bench.results.add('flood', 'memory of the server at rest', name, { residentMb, ...besides });
      };
      const live = async (name: string, besides: () => Measured = () => ({})) => {
        const measured = await measure(server, generators, bench.duration);
        bench.results.add('flood', `${PER_SECOND}/s of others`, name, { ...measured, ...besides() });
      };
      const drain = async () => {
        const { missing, doubled, holes, faults, samples } = await generators.drain();
        if (missing + doubled + holes + faults > 0)
          throw new Error(`others: ${missing} missing, ${doubled} doubled, ${samples.join(' | ')}`);
      };

      await stage('before');
      await generators.send({ kind: 'open', perSecond: PER_SECOND });
      await live('quiet');
      if (!flooded) throw new Error('nobody floods');
      const flooding = await startFlood(flooded);
      await live('flooded');
      const { seconds, sent, said } = await flooding.stop();
      for (const line of said) bench.say(line);
      await live('afterwards');
      await drain();
      const stored = await lengthOf(server, flooded.conversationId);
      await stage('after', { floodPerSecond: sent / seconds, floodStoredPerSecond: stored / seconds });
    }),
  );
}

/** How many messages a conversation has. */
async function lengthOf({ database }: Server, conversationId: string): Promise<number> {
  if (!database) throw new Error('the database is not ours to look into');
  const { sql } = database;
  const rows = await sql<{ last_seq: string }[]>`
    select last_seq from conversations where id = ${conversationId}`;
  return Number(rows[0]?.last_seq);
}
