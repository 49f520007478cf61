import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearWhenDead } from './leftovers.ts';

const clearings = new Map<string, () => void>();

/**
 * A new folder of a test's own, that goes with its process at the latest. It is in memory where there is room, because a
 * database is 1,000 files, unless `TMPDIR` says where to.
 */
export function scratchFolder(): string {
  const isInMemory = process.env['TMPDIR'] === undefined && hasRoom('/dev/shm');
  const path = mkdtempSync(join(isInMemory ? '/dev/shm' : tmpdir(), 'duet-test-'));
  clearings.set(path, clearWhenDead({ kind: 'folder', path }));
  return path;
}

/** Removes a scratch folder and all that is in it. */
export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  clearings.get(path)?.();
  clearings.delete(path);
}

function hasRoom(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize > 2 ** 30;
  } catch {
    return false;
  }
}
