import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { onEnd } from '../../cleanup.ts';
import { answers } from '../../servers/child.ts';

/** A process that can be killed and comes back by itself, as under a supervisor. */
export interface Mortal {
  readonly name: string;
  /** Kills it and all its children at once; resolves when it is gone. */
  kill(): Promise<void>;
  /** Stands still for so long, and is not told. */
  pause(ms: number): Promise<void>;
  /** Resolves when it listens; rejects when that takes too long. */
  up(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

export interface MortalOptions {
  readonly name: string;
  /** One that ends with this process, see `bound`. */
  readonly command: [string, string[]];
  readonly env?: Record<string, string | undefined>;
  readonly port: number;
  /** Where its output goes. */
  readonly log: string;
}

const RESTART_MS = 200;
const UP_TIMEOUT_MS = 180_000;

export async function startMortal({ name, command, env, port, log }: MortalOptions): Promise<Mortal> {
  let ended = false;
  let child = launch();

  function launch(): ChildProcess {
    const [program, args] = command;
    const out = openSync(log, 'a');
    const launched = spawn(program, args, {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', out, out],
      detached: true, // Ctrl-C is for the run, which ends it in order
    });
    closeSync(out);
    launched.once('exit', () => void revive());
    return launched;
  }

  async function revive(): Promise<void> {
    await sleep(RESTART_MS);
    if (!ended) child = launch();
  }

  const kill = async () => {
    const dying = child;
    if (dying.pid === undefined || isOver(dying)) return;
    const gone = new Promise((resolve) => dying.once('exit', resolve));
    for (const pid of [dying.pid, ...childrenOf(dying.pid)]) killNow(pid, 'SIGKILL');
    await gone;
  };
  const stop = onEnd(async () => {
    ended = true;
    await kill();
  });
  const up = async () => {
    const end = performance.now() + UP_TIMEOUT_MS;
    while (!(await answers(port))) {
      if (performance.now() > end)
        throw new Error(`${name} does not listen: ${readFileSync(log, 'utf8').slice(-2000)}`);
      await sleep(50);
    }
  };
  await up().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    name,
    kill,
    pause: async (ms) => {
      const paused = child;
      if (paused.pid === undefined || isOver(paused)) return;
      killNow(paused.pid, 'SIGSTOP');
      await sleep(ms);
      if (!isOver(paused)) killNow(paused.pid, 'SIGCONT');
    },
    up,
    stop,
  };
}

function isOver({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function killNow(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It was gone already.
  }
}

/** What a process has started, as Linux tells it. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
