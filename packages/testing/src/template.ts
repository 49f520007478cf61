import { removeFolder, scratchFolder } from './scratch.ts';
import { JWT_SECRET, startServer } from './server.ts';

/** The variable in which workers find the folder that their servers' databases are copies of. */
export const TEMPLATE = 'DUET_TEST_TEMPLATE';

/**
 * Global setup of vitest and Playwright: makes one embedded database for the whole run. Each project has a module of its own, so what they share is
 * the environment.
 */
export default async function setup(): Promise<() => void> {
  if (process.env[TEMPLATE] !== undefined) return () => {};
  const folder = scratchFolder();
  process.env[TEMPLATE] = folder;
  const server = await startServer({ env: { DATA_DIR: folder, JWT_SECRET, LOG_LEVEL: 'silent' } });
  await server.end();
  return () => removeFolder(folder);
}
