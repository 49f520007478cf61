import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { drizzle as drizzlePostgres } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { StartupError } from '../startup-error.ts';
import { lockFolder } from './lock-folder.ts';
import { migratePglite, migratePostgres } from './migrate.ts';

/** Either PostgreSQL; what they answer alike. Raw `execute()` does not, so queries go through the builder. */
export type Database = PgDatabase<PgQueryResultHKT>;

export interface DatabaseHandle {
  readonly db: Database;
  /** Rejects when the database does not answer within `timeoutMs`. */
  ping(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

// Column names are the TypeScript ones in snake_case.
const casing = 'snake_case';

/** Opens the database, migrated to the newest schema: PostgreSQL at `url`, or the embedded one in `dataDir`. */
export async function openDatabase(where: { url: string } | { dataDir: string }): Promise<DatabaseHandle> {
  return 'url' in where ? openPostgres(where.url) : openEmbedded(where.dataDir);
}

async function openPostgres(url: string): Promise<DatabaseHandle> {
  await migratePostgres(url);
  const client = postgres(url, { max: 10, connect_timeout: 5, onnotice: () => {} });
  const db = drizzlePostgres(client, { casing });
  return {
    db,
    ping: (timeoutMs) => ping(db, timeoutMs),
    close: () => client.end({ timeout: 5 }),
  };
}

/** One process only: PGlite keeps its state in memory and a second opener would corrupt the files. */
async function openEmbedded(dataDir: string): Promise<DatabaseHandle> {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new StartupError(`DATA_DIR: ${dataDir} is not a folder that can be made or used`, { cause });
  }
  const lock = lockFolder(dataDir);
  try {
    const client = await PGlite.create(join(dataDir, 'postgres'));
    const db = drizzlePglite(client, { casing });
    await migratePglite(db);
    return {
      db,
      ping: (timeoutMs) => ping(db, timeoutMs),
      close: async () => {
        await client.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function ping(db: Database, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([db.select({ one: sql`1` }).from(sql`(values (1)) as t`), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
