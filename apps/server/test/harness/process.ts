import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bounded } from './socket.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** A server in a process of its own, as `pnpm start` runs it. */
export interface ServerProcess {
  readonly url: string;
  readonly output: string;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly exit: Promise<number | NodeJS.Signals | null>;
  kill(signal: NodeJS.Signals): void;
}

/** What became of a process that may not have come up. */
export async function run(env: Record<string, string>): Promise<{
  exit: Promise<number | NodeJS.Signals | null>;
  child: ChildProcess;
  output: () => string;
  listening: Promise<string>;
}> {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env['PATH'], PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let heard = (_url: string) => {};
  const listening = new Promise<string>((resolve) => (heard = resolve));
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const port = /Server listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
      if (port && output.includes('Duet is running')) heard(`http://127.0.0.1:${port}`);
    });
  }
  const exit = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  return { child, exit, output: () => output, listening };
}

/** Starts a server and waits until it serves. */
export async function startProcess(env: Record<string, string>): Promise<ServerProcess> {
  const { child, exit, output, listening } = await run(env);
  const failed = exit.then((code) => {
    throw new Error(`the server ended with ${code}: ${output()}`);
  });
  try {
    const url = await bounded('the server', Promise.race([listening, failed]), 30_000);
    return {
      url,
      get output() {
        return output();
      },
      get exit() {
        return bounded('the exit', exit, 15_000);
      },
      kill: (signal) => child.kill(signal),
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}
