import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endWhenDead } from './leftovers.ts';
import { bounded } from './wait.ts';

/** The variable in which workers find the bundle that their servers run. */
export const BUNDLE = 'DUET_TEST_BUNDLE';
/** V8 would take seconds of a core to compile what a server of a test runs a few times: the embedded database's largest functions. */
export const QUICK_WASM = '--liftoff-only';
const SOURCES = fileURLToPath(new URL('../../../apps/server/src/main.ts', import.meta.url));
/** Servers of tests start again and again: what Node compiles of them is kept from one to the next. */
const COMPILED = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url));
/** What knows tokens under this secret is a server of a test. */
export const JWT_SECRET = 'a secret that is only used in tests, and long enough';
/** A server that is told to stop does within 10 s, whatever hangs; here the machine may be slow, too. */
const STOP_MS = 60_000;

/** How a process ended. */
export type Exit = number | NodeJS.Signals | null;

/** A process of Duet's server, perhaps one that does not come up. */
export interface ServerProcess {
  readonly pid: number;
  /** All that it wrote. */
  readonly output: string;
  /** Resolves when it serves; rejects when it ends before that. */
  readonly url: Promise<string>;
  readonly exit: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
  /** Sends a signal, and resolves when it is gone. One that does not go is killed, and that rejects. */
  end(signal?: NodeJS.Signals): Promise<Exit>;
}

/** One that serves. */
export type RunningServer = Omit<ServerProcess, 'url'> & { readonly url: string };

export interface ServerOptions {
  /** Its whole environment, but for PATH, a free PORT and no delay at the end. */
  readonly env: Readonly<Record<string, string>>;
  /** Not the bundle but the modules of which it is made, for whoever changes them while they load. */
  readonly fromSources?: boolean;
  /** Node's own arguments. */
  readonly execArgv?: readonly string[];
  /** Hears what it writes, as it comes. */
  readonly onText?: (text: string) => void;
}

/** Runs the server, as `pnpm start` does. */
export function runServer({ env, fromSources, execArgv = [], onText }: ServerOptions): ServerProcess {
  const main = (!fromSources && process.env[BUNDLE]) || SOURCES;
  const child = spawn(process.execPath, [QUICK_WASM, ...execArgv, main], {
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: COMPILED,
      PORT: '0',
      SHUTDOWN_DELAY_SECONDS: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWhenDead(child);
  let output = '';
  const exit = new Promise<Exit>((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)));
  const url = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        onText?.(text);
        const port = /API +http:\/\/localhost:(\d+)\//.exec(output)?.[1];
        if (port) resolve(`http://127.0.0.1:${port}`);
      });
    }
    exit.then((code) => reject(new Error(`the server ended with ${code}: ${output}`)), reject);
  });
  url.catch(() => {}); // of one that nobody waits for
  const kill = (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  };
  return {
    pid: child.pid ?? 0,
    get output() {
      return output;
    },
    url,
    exit,
    kill,
    end: async (signal = 'SIGTERM') => {
      kill(signal);
      return bounded('the end of a server', exit, STOP_MS).catch((error: unknown) => {
        child.kill('SIGKILL');
        throw error;
      });
    },
  };
}

/** Runs the server, and waits until it serves. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const server = runServer(options);
  try {
    const url = await bounded('a server', server.url);
    return {
      ...server,
      url,
      get output() {
        return server.output;
      },
    };
  } catch (error) {
    await server.end('SIGKILL');
    throw error;
  }
}
