import { createEmbedded } from '@duet/testing/database';
import { freePort } from '@duet/testing/port';
import { JWT_SECRET, startServer } from '@duet/testing/server';

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
  const database = createEmbedded();
  const port = await freePort();
  const env = { ...database.env, JWT_SECRET, RATE_LIMITS: 'off', ...settings, PORT: String(port) };
  let server = await startServer({ env });
  return {
    port,
    kill: async (signal) => {
      await server.end(signal);
    },
    revive: async () => {
      server = await startServer({ env });
    },
    destroy: async () => {
      await server.end('SIGKILL');
      await database.drop();
    },
  };
}
