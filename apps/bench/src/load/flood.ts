import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { onEnd } from '../cleanup.ts';
import type { PairPlan } from './pair.ts';

const PROCESS = fileURLToPath(new URL('flood-process.ts', import.meta.url));
const PATIENCE_MS = 10_000;

export const floodOutcome = z.object({
  seconds: z.number(),
  /** Frames and requests. */
  sent: z.number(),
  /** What came back, and how often. */
  said: z.array(z.string()),
});
export type FloodOutcome = z.infer<typeof floodOutcome>;

export interface Flood {
  stop(): Promise<FloodOutcome>;
}

/** One of a pair sends all it can, in a process that yields to every other one: it shall not take the generators' time. */
export async function startFlood(plan: PairPlan): Promise<Flood> {
  const child = spawn('nice', ['-n', '19', process.execPath, PROCESS], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  const end = onEnd(() => void child.kill('SIGKILL'));
  await told(child, plan);
  return {
    stop: async () => {
      const outcome = floodOutcome.parse(await told(child, 'stop'));
      await end();
      return outcome;
    },
  };
}

/** Tells the process something, and takes what it answers. */
async function told(child: ChildProcess, what: PairPlan | 'stop'): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  return new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the flood does not answer')), PATIENCE_MS);
    child.once('exit', () => reject(new Error('the flood ended')));
    child.once('message', resolve);
    child.send(what === 'stop' ? what : { ...what, users: [...what.users] });
  }).finally(() => clearTimeout(timer));
}
