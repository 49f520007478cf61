import { createEmbedded } from '@duet/testing/database';
import { freePort } from '@duet/testing/port';
import { startServer as startProcess } from '@duet/testing/server';

/** The real server with the built app, in a process and on a database of its own. It can die and come back on the same port and data. */
export interface Server {
  readonly url: string;
  /** Resolves when it is gone. */
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /**
   * Resolves when it serves again.
   * @param changes what its environment says otherwise than before
   */
  revive(changes?: Record<string, string>): Promise<void>;
  /** Ends it, and its data. */
  destroy(): Promise<void>;
}

/** @param settings what its environment says besides */
export async function startServer(settings: Record<string, string>): Promise<Server> {
  const database = createEmbedded();
  const fixed = {
    ...database.env,
    PORT: String(await freePort()),
    RATE_LIMITS: 'off', // all that is done here comes from one address
    ...settings,
  };
  let server = await startProcess({ env: fixed });
  return {
    url: server.url,
    kill: async (signal) => {
      await server.end(signal);
    },
    revive: async (changes) => {
      server = await startProcess({ env: { ...fixed, ...changes } });
    },
    destroy: async () => {
      await server.end('SIGKILL');
      await database.drop();
    },
  };
}
