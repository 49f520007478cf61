import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartupError } from '../startup-error.ts';

/**
 * Holds `folder` for this process until released, or until the process dies in whatever way.
 *
 * Node has no file locks of its own. SQLite's exclusive mode is one: the operating system's, on every platform, and never stale.
 * @throws StartupError when another process holds it
 */
export function lockFolder(folder: string): { release(): void } {
  const file = new DatabaseSync(join(folder, 'lock.sqlite'));
  try {
    file.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    file.close();
    throw new StartupError(`DATA_DIR: ${folder} is in use by another Duet process`, { cause });
  }
  return { release: () => file.close() };
}
