import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { clearWhenDead } from '@duet/testing/leftovers';
import { removeFolder, scratchFolder } from '@duet/testing/scratch';

/** A disk of one test's own, to be filled up; see `vitest.config.ts`. */
export interface Volume {
  readonly folder: string;
  /** Until there is no room for one byte more. */
  fill(): void;
  /** What filled it is gone. */
  free(): void;
  drop(): void;
}

/** Needs a system that lets one mount a disk that is only memory. */
export function createVolume(megabytes: number): Volume {
  const base = scratchFolder();
  const folder = join(base, 'volume');
  mkdirSync(folder);
  chmodSync(base, 0o711); // whoever owns what is on it gets there
  const { status, stderr } = spawnSync(
    'mount',
    ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`mount failed: ${stderr}`);
  const isGone = clearWhenDead({ kind: 'mount', path: folder });
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill: () => {
      const file = openSync(ballast, 'w');
      try {
        for (const size of [65_536, 4096, 1]) while (hasRoom(file, size));
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast),
    drop: () => {
      spawnSync('umount', [folder]);
      isGone();
      removeFolder(base);
    },
  };
}

function hasRoom(file: number, size: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(size)) === size;
  } catch {
    return false;
  }
}
