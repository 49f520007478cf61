import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Bug, withBugs } from '@duet/conformance/sabotage';
import { endWhenDead } from '@duet/testing/leftovers';
import { removeFolder, scratchFolder } from '@duet/testing/scratch';
import { onEnd } from '../cleanup.ts';
import { stopChild } from '../servers/child.ts';
import { createDatabase } from '../servers/database.ts';
import { JWT_SECRET } from '../servers/tokens.ts';

const DUET = fileURLToPath(new URL('../../../server/src/main.ts', import.meta.url));
const START_TIMEOUT_MS = 180_000;

/** A server that can be looked into, or, with a URL alone, only talked to. */
export interface Target {
  readonly port: number;
  readonly secret: string;
  readonly process: Process | undefined;
  stop(): Promise<void>;
}

export interface Process {
  readonly pid: number;
  /** Where its inspector listens. */
  readonly inspector: string;
  readonly isAlive: () => boolean;
  /** Hears every line of its output and of its errors, from the first one on. */
  onLine(hear: (line: string) => void): void;
}

/**
 * Starts Duet as `pnpm start` does, with a debugger's port, and without limits on how often somebody may call.
 * @param databaseUrl a PostgreSQL whose user may create databases; undefined: the embedded one
 */
export async function startTarget(
  databaseUrl: string | undefined,
  bugs: readonly Bug[] = [],
): Promise<Target> {
  const { env, drop } = await placeFor(databaseUrl);
  const { execArgv, env: sabotage } = bugs.length > 0 ? withBugs(bugs) : { execArgv: [], env: {} };
  const child = spawn(process.execPath, ['--inspect=127.0.0.1:0', ...execArgv, DUET], {
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      PORT: '0',
      JWT_SECRET,
      RATE_LIMITS: 'off',
      SHUTDOWN_DELAY_SECONDS: '0',
      ...env,
      ...sabotage,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // Ctrl-C is for the run, which ends it in order
  });
  endWhenDead(child);
  const stop = onEnd(async () => {
    await stopChild(child);
    await drop();
  });
  const lines: string[] = [];
  const hearers: ((line: string) => void)[] = [];
  const { port, inspector } = await new Promise<{ port: number; inspector: string }>((resolve, reject) => {
    let inspector = '';
    const late = setTimeout(() => reject(new Error('the server did not start')), START_TIMEOUT_MS);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${lines.join('\n')}`)));
    const take = (line: string) => {
      if (hearers.length === 0) lines.push(line);
      for (const hear of hearers) hear(line);
      inspector ||= /^Debugger listening on (ws:\S+)/.exec(line)?.[1] ?? '';
      const port = /Server listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (port === undefined) return;
      clearTimeout(late);
      resolve({ port: Number(port), inspector });
    };
    for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', take);
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    port,
    secret: JWT_SECRET,
    process: {
      pid: child.pid ?? 0,
      inspector,
      isAlive: () => child.exitCode === null && child.signalCode === null,
      onLine: (hear) => {
        for (const line of lines.splice(0)) hear(line);
        hearers.push(hear);
      },
    },
    stop,
  };
}

async function placeFor(databaseUrl: string | undefined) {
  if (databaseUrl !== undefined) {
    const database = await createDatabase(databaseUrl);
    return { env: { DATABASE_URL: database.url }, drop: database.drop };
  }
  const folder = scratchFolder();
  const drop = onEnd(() => removeFolder(folder));
  return { env: { DATA_DIR: folder }, drop };
}
