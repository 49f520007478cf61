import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { removeFolder, scratchFolder } from './scratch.ts';
import { BUNDLE, JWT_SECRET, startServer } from './server.ts';

const SERVER = fileURLToPath(new URL('../../../apps/server/', import.meta.url));
/** The variable in which workers find the folder that their servers' databases are copies of. */
export const TEMPLATE = 'DUET_TEST_TEMPLATE';

/**
 * Global setup of vitest and Playwright: bundles the server, and makes one embedded database, for the whole run. Each project has a module of its own,
 * so what they share is the environment.
 */
export default async function setup(): Promise<() => void> {
  if (process.env[TEMPLATE] !== undefined) return () => {};
  const bundled = spawnSync(process.execPath, [`${SERVER}scripts/bundle.ts`], { encoding: 'utf8' });
  if (bundled.status !== 0) throw new Error(`no bundle: ${bundled.stderr}`);
  process.env[BUNDLE] = `${SERVER}dist/main.js`;
  const folder = scratchFolder();
  process.env[TEMPLATE] = folder;
  const server = await startServer({ env: { DATA_DIR: folder, JWT_SECRET, LOG_LEVEL: 'silent' } });
  await server.end();
  return () => removeFolder(folder);
}
