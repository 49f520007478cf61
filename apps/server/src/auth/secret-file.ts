import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The embedded database's own token secret: made on the first start and kept beside it. The caller holds the folder's lock. */
export function secretIn(dataDir: string): Uint8Array {
  const file = join(dataDir, 'jwt-secret');
  if (!existsSync(file)) {
    // Renamed into place, so that a crash never leaves half a secret behind.
    writeFileSync(`${file}.new`, randomBytes(32).toString('hex'), { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
  }
  return new TextEncoder().encode(readFileSync(file, 'utf8'));
}
