import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JWT_SECRET, listening, MAIN } from './start-server.ts';

/** A server that can die and come back, on the same data and the same port. */
export interface MortalServer {
  readonly port: number;
  /** Resolves when it is gone. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Resolves when it serves again. */
  revive(): Promise<void>;
  /** Ends it, and its data. */
  destroy(): Promise<void>;
}

/** @param settings what else its environment says */
export async function startMortalServer(settings: Record<string, string>): Promise<MortalServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'duet-sdk-'));
  const launch = (port: string) =>
    spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env['PATH'],
        PORT: port,
        DATA_DIR: dataDir,
        JWT_SECRET,
        RATE_LIMITS: 'off',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  let child = launch('0');
  const kill = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
  };
  const destroy = async () => {
    await kill('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const { port } = new URL(await listening(child));
    return {
      port: Number(port),
      kill,
      revive: async () => {
        child = launch(port);
        await listening(child);
      },
      destroy,
    };
  } catch (error) {
    await destroy();
    throw error;
  }
}
