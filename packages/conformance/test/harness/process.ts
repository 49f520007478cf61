import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Bug, withBugs } from '../../src/sabotage/sabotage.ts';

const SERVER = fileURLToPath(new URL('../../../../apps/server/src/main.ts', import.meta.url));
const START_MS = 60_000;
const STOP_MS = 15_000;

/** A server in a process of its own. */
export interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the server, perhaps with bugs, and waits until it serves. */
export async function startServer(env: Record<string, string>, bugs: readonly Bug[] = []): Promise<Server> {
  const broken = bugs.length > 0 ? withBugs(bugs) : { execArgv: [], env: {} };
  const child = spawn(process.execPath, [...broken.execArgv, SERVER], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      LOG_LEVEL: 'silent',
      RATE_LIMITS: 'off',
      SHUTDOWN_DELAY_SECONDS: '0',
      ...broken.env,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    const url = await bounded('the start of a server', listening(child), START_MS);
    return { url, stop: () => stop(child) };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const port = /API +http:\/\/localhost:(\d+)\//.exec(output)?.[1];
        if (port) resolve(`http://127.0.0.1:${port}`);
      });
    }
    child.once('close', (code) => reject(new Error(`the server ended with ${code}: ${output}`)));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  const end = new Promise((resolve) => child.once('close', resolve));
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await bounded('the end of a server', end, STOP_MS).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
}

export async function bounded<T>(what: string, promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
