import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartupError } from '../startup-error.ts';

const SQLITE_BUSY = 5;

/**
 * Holds `folder` for this process until released, or until the process dies in whatever way.
 *
 * Node has no file locks of its own. SQLite's exclusive mode is one: the operating system's, on every platform, and never stale.
 * @throws StartupError when another process holds it, or nobody may write there
 */
export function lockFolder(folder: string): { release(): void } {
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(join(folder, 'lock.sqlite'));
    file.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    const held = file;
    return { release: () => held.close() };
  } catch (cause) {
    file?.close();
    const isHeld = cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY;
    throw new StartupError(
      `DATA_DIR: ${folder} ${isHeld ? 'is in use by another Duet process' : 'cannot be written'}`,
      {
        cause,
      },
    );
  }
}
