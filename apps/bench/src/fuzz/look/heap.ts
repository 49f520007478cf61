import { WebSocket } from 'ws';
import { z } from 'zod';
import { bounded } from '../wire/bounded.ts';

const reply = z.object({ id: z.number(), result: z.unknown() });
const usage = z.object({ usedSize: z.number() });
const BOUND_MS = 60_000;

/** How much JavaScript memory a process uses after a collection, in bytes, as its inspector says. */
export async function usedHeap(inspector: string): Promise<number> {
  const ws = new WebSocket(inspector, { perMessageDeflate: false });
  await bounded(
    'the inspector',
    BOUND_MS,
    new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject)),
  );
  let id = 0;
  const call = (method: string) => {
    id += 1;
    const mine = id;
    const answer = new Promise<unknown>((resolve) => {
      ws.on('message', (data) => {
        const { data: said } = reply.safeParse(JSON.parse(data.toString()));
        if (said?.id === mine) resolve(said.result);
      });
    });
    ws.send(JSON.stringify({ id, method }));
    return bounded(method, BOUND_MS, answer);
  };
  try {
    // What a finalizer lets go of is only gone with the next collection.
    for (let i = 0; i < 3; i += 1) await call('HeapProfiler.collectGarbage');
    return usage.parse(await call('Runtime.getHeapUsage')).usedSize;
  } finally {
    ws.terminate();
  }
}
