import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { drizzle as drizzlePostgres } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { StartupError } from '../startup-error.ts';
import { backoff } from './backoff.ts';
import { lockFolder } from './lock-folder.ts';
import { migratePglite, migratePostgres } from './migrate.ts';

/** Either PostgreSQL; what they answer alike. Raw `execute()` does not, so queries go through the builder. */
export type Database = PgDatabase<PgQueryResultHKT>;

/** Runs one statement with its parameters, `$1` and so on, as the `query` of `pg` would. */
export type RunQuery = (
  text: string,
  values: readonly (string | number)[],
) => Promise<{ readonly rows: readonly unknown[]; readonly rowCount: number }>;

export interface DatabaseHandle {
  readonly db: Database;
  /** The same through connections that give up on a lock soon, for statements that others wait for. */
  readonly batchDb: Database;
  /** A connection of its own for what nodes count together; undefined where there is only one node. */
  readonly counting: RunQuery | undefined;
  /** Rejects when the database does not answer within `timeoutMs`. */
  ping(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

/** PostgreSQL gives up on a statement after this: no request waits for ever, for a lock or for anything else. */
const STATEMENT_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_S = 2;
const BATCH_LOCK_TIMEOUT_MS = 500;
/**
 * Statements are planned once on each connection: for any values, maybe while the tables are empty, and still when a conversation has ten million messages.
 * All our queries are short walks along an index; so never a scan of a whole table, and never all of a conversation to sort it.
 */
export const PLANNING = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
} as const;

// Column names are the TypeScript ones in snake_case.
const casing = 'snake_case';

/** Opens the PostgreSQL at `url`, migrated to the newest schema. */
export async function openPostgres(url: string): Promise<DatabaseHandle> {
  await migratePostgres(url);
  const connect = (max: number, settings: Record<string, number>) =>
    postgres(url, {
      max,
      connect_timeout: 5,
      backoff,
      connection: { statement_timeout: STATEMENT_TIMEOUT_MS, ...PLANNING, ...settings },
      onnotice: () => {},
    });
  const client = connect(10, {});
  const batches = connect(2, { lock_timeout: BATCH_LOCK_TIMEOUT_MS });
  const counting = connect(1, {});
  const db = drizzlePostgres(client, { casing });
  return {
    db,
    batchDb: drizzlePostgres(batches, { casing }),
    counting: async (text, values) => {
      const rows = await counting.unsafe(text, [...values], { prepare: true });
      return { rows, rowCount: rows.count };
    },
    ping: pinger(db),
    close: async () => {
      await Promise.all([client, batches, counting].map((each) => each.end({ timeout: CLOSE_TIMEOUT_S })));
    },
  };
}

/**
 * Opens the embedded database in `dataDir`, migrated to the newest schema. One process only: PGlite keeps its state in memory
 * and a second opener would corrupt the files.
 * @throws StartupError when the folder is in use, or cannot be used
 */
export async function openEmbedded(dataDir: string): Promise<DatabaseHandle> {
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
    for (const [name, value] of Object.entries(PLANNING))
      await client.query('select set_config($1, $2, false)', [name, value]);
    return {
      db,
      batchDb: db,
      counting: undefined,
      ping: pinger(db),
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

/** One question at a time to the database, however many ask; each waits for the answer no longer than it says. */
function pinger(db: Database): (timeoutMs: number) => Promise<void> {
  let asked: Promise<unknown> | undefined;
  return async (timeoutMs) => {
    asked ??= db
      .select({ one: sql`1` })
      .from(sql`(values (1)) as t`)
      .finally(() => {
        asked = undefined;
      });
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    });
    await Promise.race([asked, timeout]).finally(() => clearTimeout(timer));
  };
}
