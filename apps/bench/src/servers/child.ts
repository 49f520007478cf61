import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@duet/testing/port';
import { onEnd } from '../cleanup.ts';

export const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

const canBind = spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0;

/** A command whose process the kernel kills when this one is gone, however that ended; where there is no `setpriv`, the bare command. */
export function bound([program, args]: [string, string[]]): [string, string[]] {
  return canBind ? ['setpriv', ['--pdeathsig', 'KILL', program, ...args]] : [program, args];
}

/** A command that runs node, on one core if that can be had; `core: undefined` leaves it to the system. It does not outlive this process. */
export function nodeCommand(args: string[], core: number | undefined): [string, string[]] {
  if (core === undefined || !canPin) return bound([process.execPath, args]);
  return bound(['taskset', ['-c', String(core % availableParallelism()), process.execPath, ...args]]);
}

export interface Child {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

/** Starts a server on a free port and waits until it listens. Its output goes nowhere, its errors into the failure's message. */
export async function startChild(
  main: string,
  env: Record<string, string>,
  core: number | undefined,
): Promise<Child> {
  const port = await freePort();
  const [command, args] = nodeCommand([main], core);
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true, // Ctrl-C is for the run, which ends it in order
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4000);
  });
  const stop = onEnd(() => stopChild(child));
  try {
    await untilListening(port, child, () => complaints);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid ?? 0, port, stop };
}

async function untilListening(port: number, child: ChildProcess, complaints: () => string): Promise<void> {
  const end = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(port))) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`a server ended with ${child.exitCode ?? child.signalCode}: ${complaints()}`);
    }
    if (Date.now() > end) throw new Error(`a server did not listen within ${START_TIMEOUT_MS} ms`);
    await sleep(50);
  }
}

/** Ends a process in order, or at once if that takes too long. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const cut = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(cut);
}

/** Whether somebody listens there. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const done = (there: boolean) => {
      socket.destroy();
      resolve(there);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
