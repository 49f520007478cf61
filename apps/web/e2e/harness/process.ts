import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../server/src/main.ts', import.meta.url));
const START_MS = 60_000;
const STOP_MS = 12_000;

/** A server that serves. */
interface Running {
  readonly url: string;
  /** Resolves when it is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts a server on a folder, and waits until it serves. */
export async function launchServer(folder: string, env: Record<string, string>): Promise<Running> {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env['PATH'],
      DATA_DIR: folder,
      SHUTDOWN_DELAY_SECONDS: '0',
      RATE_LIMITS: 'off', // all that is done here comes from one address
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.kill(signal);
    await closed;
    clearTimeout(timer);
  };
  let output = '';
  const url = await new Promise<string | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), START_MS);
    const settle = (found: string | undefined) => {
      clearTimeout(timer);
      resolve(found);
    };
    child.once('close', () => settle(undefined));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-10_000);
        const port = /Server listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(output)?.[1];
        if (port && output.includes('Duet is running')) settle(`http://127.0.0.1:${port}`);
      });
    }
  });
  if (url) return { url, end };
  await end('SIGKILL');
  throw new Error(`the server did not come up: ${output}`);
}
