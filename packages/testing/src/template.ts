import { removeFolder, scratchFolder } from './scratch.ts';
import { JWT_SECRET, startServer } from './server.ts';

/** The variable in which workers find the folder that their servers' databases are copies of. */
export const TEMPLATE = 'DUET_TEST_TEMPLATE';

let made: Promise<void> | undefined;

/** Global setup of vitest and Playwright: makes one embedded database for the whole run, once for all projects. */
export default async function setup(): Promise<() => void> {
  const isMine = made === undefined;
  made ??= make();
  await made;
  return () => {
    const folder = process.env[TEMPLATE];
    if (isMine && folder !== undefined) removeFolder(folder);
  };
}

async function make(): Promise<void> {
  const folder = scratchFolder();
  const server = await startServer({ env: { DATA_DIR: folder, JWT_SECRET, LOG_LEVEL: 'silent' } });
  await server.end();
  process.env[TEMPLATE] = folder;
}
