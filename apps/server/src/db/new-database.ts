import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { z } from 'zod';
import { fileOf } from '../files.ts';
import { initdb } from './initdb.ts';

/**
 * Where the build puts a ready database. Its name says which PGlite made it: another one's files may not fit.
 *
 * It holds what `initdb` makes and no migration. The first one makes secrets, which no two databases may share.
 */
export function readyDatabase(): string {
  const file = findPackageJSON('@electric-sql/pglite', import.meta.url);
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file ?? '', 'utf8')));
  return fileOf(`dist/embedded-${version}`);
}

/**
 * Makes a new database in `folder`, whole or not at all: a copy of the ready one, which takes a tenth of a second, or by
 * `initdb`, which takes seconds. Nobody else may do so for this folder meanwhile.
 */
export async function makeDatabase(
  folder: string,
  tell: (seconds: number) => void,
  ready: string = readyDatabase(),
): Promise<void> {
  const draft = `${folder}.new`;
  const drop = () => rmSync(draft, { recursive: true, force: true });
  drop(); // of a start that was killed
  process.once('exit', drop);
  try {
    if (existsSync(ready)) await cp(ready, draft, { recursive: true });
    else await initdb(draft, tell);
    renameSync(draft, folder);
  } finally {
    process.off('exit', drop);
    drop();
  }
}
