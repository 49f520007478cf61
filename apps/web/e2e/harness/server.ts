import { rmSync } from 'node:fs';
import { freshDataFolder } from './data-folder.ts';
import { launchServer } from './process.ts';

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
  const folder = freshDataFolder();
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    let running = await launchServer(folder, { ...settings, PORT: '0' });
    const { url } = running;
    return {
      url,
      kill: (signal) => running.end(signal),
      revive: async (changes) => {
        running = await launchServer(folder, { ...settings, ...changes, PORT: new URL(url).port });
      },
      destroy: async () => {
        await running.end('SIGKILL');
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
