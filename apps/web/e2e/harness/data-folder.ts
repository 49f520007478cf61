import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The variable that says where the folder is that servers start on a copy of. */
export const TEMPLATE = 'DUET_E2E_TEMPLATE';

/** An empty folder for a server's data. */
export function emptyDataFolder(): string {
  return mkdtempSync(join(tmpdir(), 'duet-e2e-'));
}

/** One that is as after a server's first start. */
export function freshDataFolder(): string {
  const folder = emptyDataFolder();
  const template = process.env[TEMPLATE];
  if (template) cpSync(template, folder, { recursive: true });
  return folder;
}
