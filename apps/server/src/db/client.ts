import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { StartupError, startupErrorOf } from '../startup-error.ts';
import type { DatabaseServer } from './connect.ts';
import { DEFAULT_CONNECTIONS, divide } from './connections.ts';
import { DatabaseUnavailable } from './errors.ts';
import { Failures } from './failures.ts';
import { lockFolder } from './lock-folder.ts';
import { makeFolder } from './make-folder.ts';
import { migratePglite, migratePostgres } from './migrate.ts';
import { makeDatabase } from './new-database.ts';
import { openPglite } from './pglite.ts';
import { casing, openPool } from './pool.ts';
import { type DatabaseLog, Pulse } from './pulse.ts';

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
  /** Undefined: embedded. */
  readonly server: DatabaseServer | undefined;
  /** A connection of its own for what nodes count together; undefined where there is only one node. */
  readonly counting: RunQuery | undefined;
  /** Rejects when the database does not answer, within seconds. */
  ping(): Promise<void>;
  /** @param listener hears when the database is back after it was away */
  onBack(listener: () => void): void;
  close(): Promise<void>;
}

/** PostgreSQL gives up on a statement after this: no request waits for ever, for a lock or for anything else. */
const STATEMENT_TIMEOUT_MS = 10_000;
/** Of a transaction whose node said nothing more: it may hold what others wait for. */
const IDLE_IN_TRANSACTION_MS = 10_000;
const CLOSE_TIMEOUT_MS = 2000;
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

/**
 * Opens the PostgreSQL at `url`, migrated to the newest schema.
 * @param connections how many the node takes at most, those of its bus included
 * @param notifications whether that bus is PostgreSQL itself
 * @throws StartupError
 */
export async function openPostgres(
  url: string,
  log: DatabaseLog,
  { connections = DEFAULT_CONNECTIONS, notifications = true } = {},
): Promise<DatabaseHandle> {
  const server = await migratePostgres(url, { log, connections, notifications });
  const whenBack = new Set<() => void>();
  const renewAll = (graceMs: number) => {
    for (const pool of pools) pool.renew(graceMs);
  };
  const pulse = new Pulse({
    server,
    log,
    onAway: () => renewAll(0),
    onBack: () => {
      for (const listener of whenBack) listener();
    },
  });
  const failures = new Failures({ log, pulse, renew: () => renewAll(CLOSE_TIMEOUT_MS) });
  const open = (max: number, settings: Record<string, number>) =>
    openPool({
      server,
      max,
      settings: {
        statement_timeout: STATEMENT_TIMEOUT_MS,
        idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
        ...PLANNING,
        ...settings,
      },
      isAway: () => pulse.isAway,
      onAnswer: () => pulse.heard(),
      onFailure: (error) => failures.add(error),
    });
  const shares = divide(connections);
  const [main, batches, counting] = [
    open(shares.requests, {}),
    open(shares.batches, { lock_timeout: BATCH_LOCK_TIMEOUT_MS }),
    open(1, {}),
  ];
  const pools = [main, batches, counting];
  return {
    db: main.db,
    batchDb: batches.db,
    server,
    counting: counting.run,
    ping: async () => {
      if (pulse.isAway) throw new DatabaseUnavailable('the database is away');
      await pulse.ask();
    },
    onBack: (listener) => whenBack.add(listener),
    close: async () => {
      await Promise.all([pulse.close(), ...pools.map((pool) => pool.close(CLOSE_TIMEOUT_MS))]);
    },
  };
}

/**
 * Opens the embedded database in `dataDir`, migrated to the newest schema. One process only: PGlite keeps its state in memory
 * and a second opener would corrupt the files.
 * @throws StartupError when the folder is in use, or cannot be used
 */
export async function openEmbedded(dataDir: string, log: DatabaseLog): Promise<DatabaseHandle> {
  try {
    makeFolder(dataDir);
  } catch (cause) {
    throw new StartupError(`DATA_DIR: ${dataDir} is not a folder that can be made or used`, { cause });
  }
  const lock = lockFolder(dataDir);
  try {
    const folder = join(dataDir, 'postgres');
    if (!existsSync(join(folder, 'PG_VERSION'))) {
      log.info({ folder }, 'making the embedded database');
      await makeDatabase(folder, (seconds) => log.info({ seconds }, 'still making the embedded database'));
    }
    const client = await openPglite(folder).catch((cause: unknown) => {
      throw (
        startupErrorOf(cause) ??
        new StartupError(`DATA_DIR: ${folder} is no database that can be opened`, { cause })
      );
    });
    const failures = new Failures({ log });
    const db = drizzlePglite(failures.watch(client), { casing });
    await migratePglite(db);
    for (const [name, value] of Object.entries(PLANNING))
      await client.query('select set_config($1, $2, false)', [name, value]);
    return {
      db,
      batchDb: db,
      server: undefined,
      counting: undefined,
      ping: async () => {
        await client.query('select 1');
      },
      onBack: () => {}, // it goes with this process alone
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
