import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { onEnd } from '../cleanup.ts';
import { Histogram } from '../measure/histogram.ts';
import { nodeCommand } from '../servers/child.ts';
import type { Dialect } from '../servers/server.ts';
import type { Pace } from './chat.ts';
import type { PairPlan } from './pair.ts';
import { type Command, type Outcome, type Reply, reply } from './protocol.ts';

const PROCESS = fileURLToPath(new URL('process.ts', import.meta.url));
const DRAIN_PATIENCE_MS = 10_000;

/** What all generators together saw between `begin` and `end`. */
export interface Load {
  readonly perSecond: number;
  readonly completed: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly latency: Histogram;
  readonly lag: Histogram;
}

/** The generator processes. */
export class Generators {
  readonly #children: ChildProcess[];
  readonly stop: () => Promise<void>;

  constructor(count: number) {
    this.#children = Array.from({ length: count }, (_, i) => {
      const [command, args] = nodeCommand([PROCESS], generatorCore(i));
      return spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], detached: true });
    });
    this.stop = onEnd(() => void this.#children.map((child) => child.kill('SIGKILL')));
  }

  async connect(dialect: Dialect, pairs: readonly PairPlan[]): Promise<void> {
    await this.#share((i, count) => ({
      do: 'connect',
      dialect,
      pairs: pairs.filter((_, n) => n % count === i).map((pair) => ({ ...pair, users: [...pair.users] })),
    }));
  }

  async send(pace: Pace): Promise<void> {
    await this.#share((_i, count) => ({
      do: 'send',
      pace: pace.kind === 'open' ? { ...pace, perSecond: pace.perSecond / count } : pace,
    }));
  }

  /** Requests over some connections; all answers must have the status. */
  async request(port: number, connections: number, requests: string[], status: number): Promise<void> {
    await this.#share((i, count) => ({
      do: 'request',
      port,
      connections: Math.floor(connections / count) + (i < connections % count ? 1 : 0),
      requests,
      status,
    }));
  }

  async begin(): Promise<void> {
    await this.#share(() => ({ do: 'begin' }));
  }

  async end(): Promise<Load> {
    const latency = new Histogram();
    const lag = new Histogram();
    const sum = { perSecond: 0, completed: 0, cpuSeconds: 0, seconds: 0 };
    for (const { interval } of await this.#share(() => ({ do: 'end' }))) {
      if (!interval) throw new Error('a generator did not say what it saw');
      sum.perSecond += interval.completed / interval.seconds;
      sum.completed += interval.completed;
      sum.cpuSeconds += interval.cpuSeconds;
      sum.seconds = Math.max(sum.seconds, interval.seconds);
      latency.addPairs(interval.latency);
      lag.addPairs(interval.lag);
    }
    return { ...sum, latency, lag };
  }

  /** Sends no more, and waits for what is on its way. */
  async drain(): Promise<Outcome> {
    const sum = { sent: 0, acknowledged: 0, missing: 0, doubled: 0, disordered: 0, holes: 0, faults: 0 };
    const samples: string[] = [];
    for (const { outcome } of await this.#share(() => ({ do: 'drain', patienceMs: DRAIN_PATIENCE_MS }))) {
      if (!outcome) throw new Error('a generator did not say what came of it');
      sum.sent += outcome.sent;
      sum.acknowledged += outcome.acknowledged;
      sum.missing += outcome.missing;
      sum.doubled += outcome.doubled;
      sum.disordered += outcome.disordered;
      sum.holes += outcome.holes;
      sum.faults += outcome.faults;
      samples.push(...outcome.samples);
    }
    return { ...sum, samples };
  }

  #share(order: (index: number, count: number) => Command): Promise<Reply[]> {
    return Promise.all(this.#children.map((child, i) => ask(child, order(i, this.#children.length))));
  }
}

/** The server has core 0 for itself; the generators share the others. */
function generatorCore(index: number): number {
  return 1 + (index % Math.max(1, availableParallelism() - 1));
}

async function ask(child: ChildProcess, order: Command): Promise<Reply> {
  const answer = await new Promise<Reply>((resolve, reject) => {
    const ended = () => reject(new Error('a generator process ended'));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(reply.parse(message));
    });
    child.send(order, (error) => error && reject(error));
  });
  if (answer.error) throw new Error(answer.error);
  return answer;
}
