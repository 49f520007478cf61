import { measure } from '../measure/measure.ts';
import { makePairs } from '../servers/people.ts';
import { duet } from '../servers/start.ts';
import type { Bench } from './scenario.ts';
import { CONVERSATIONS } from './sends.ts';
import { check, takeTurns, withServer } from './turn.ts';

/** Into so many parts the time is cut; memory and latency are those of each one. */
const PARTS = 6;
/** What part of the highest rate is sent. */
const LOAD = 0.5;
/** A disk that stalls for a second or two delays messages, and refuses none. */
const QUEUE = { SEND_QUEUE_MAX: '100000' };

/** What half of the highest rate does to memory and latency, for as long as asked. */
export async function soak(bench: Bench): Promise<void> {
  const { database, minutes } = bench.options;
  await takeTurns(bench, 'soak', [duet(database, QUEUE)], (contender) =>
    withServer(bench, contender, async (server, generators) => {
      await generators.connect(contender.dialect, await makePairs(server, CONVERSATIONS));
      await generators.send({ kind: 'closed', inFlight: 4, senders: 'both' });
      const fastest = await measure(server, generators, bench.duration);
      await generators.drain();
      bench.results.add('soak', 'as fast as it goes', contender.name, fastest);

      const perSecond = Math.round((fastest.rate ?? 0) * LOAD);
      await generators.send({ kind: 'open', perSecond });
      const part = { warmUp: 0, seconds: (minutes * 60) / PARTS };
      for (let i = 1; i <= PARTS; i += 1) {
        const measured = await measure(server, generators, part);
        const until = Math.round((minutes * i * 10) / PARTS) / 10;
        bench.say(`${until} min: ${Math.round(measured.residentMb ?? 0)} MB`);
        bench.results.add('soak', `${perSecond}/s`, `until minute ${until}`, measured);
      }
      const outcome = await generators.drain();
      await check(server, contender, outcome, outcome.sent);
    }),
  );
}
