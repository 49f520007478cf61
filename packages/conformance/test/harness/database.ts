import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { inject } from 'vitest';

/** A database of one test’s own, as environment variables. */
export interface TestDatabase {
  readonly env: Record<string, string>;
  drop(): Promise<void>;
}

/** A copy of the embedded database that the global setup made. */
export function createEmbedded(): TestDatabase {
  const folder = scratchFolder();
  cpSync(inject('embeddedTemplate'), folder, { recursive: true });
  return { env: { DATA_DIR: folder }, drop: async () => removeFolder(folder) };
}

const ADMIN_URL = 'postgres://postgres@127.0.0.1:5432/postgres';

export async function createPostgres(): Promise<TestDatabase> {
  const name = `duet_conformance_${randomUUID().replaceAll('-', '')}`;
  await asAdmin((sql) => sql`create database ${sql(name)}`);
  return {
    env: { DATABASE_URL: ADMIN_URL.replace(/\/postgres$/, `/${name}`) },
    drop: () => asAdmin((sql) => sql`drop database ${sql(name)} with (force)`),
  };
}

async function asAdmin(command: (sql: postgres.Sql) => PromiseLike<unknown>): Promise<void> {
  const sql = postgres(ADMIN_URL, { max: 1, onnotice: () => {} });
  await command(sql);
  await sql.end();
}

/** A new temp folder; in memory where the system has room for it there, because a database is 1,000 files. */
export function scratchFolder(): string {
  return mkdtempSync(join(hasRoom('/dev/shm') ? '/dev/shm' : tmpdir(), 'duet-conformance-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

function hasRoom(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize > 2 ** 30;
  } catch {
    return false;
  }
}
