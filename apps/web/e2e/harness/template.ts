import { rmSync } from 'node:fs';
import { emptyDataFolder, TEMPLATE } from './data-folder.ts';
import { launchServer } from './process.ts';

/** Makes one embedded database, which takes seconds; every server of the tests starts on a copy of it. */
export default async function setup(): Promise<() => void> {
  const folder = emptyDataFolder();
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const server = await launchServer(folder, { PORT: '0' });
    await server.end('SIGTERM');
  } catch (error) {
    remove();
    throw error;
  }
  process.env[TEMPLATE] = folder; // what workers inherit
  return remove;
}
