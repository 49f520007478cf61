import type { PgliteDatabase } from 'drizzle-orm/pglite';
import { migrate as migrateWithPglite } from 'drizzle-orm/pglite/migrator';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as migrateWithPostgres } from 'drizzle-orm/postgres-js/migrator';
import { fileOf } from '../files.ts';
import { StartupError } from '../startup-error.ts';
import { connect } from './connect.ts';

const migrationsFolder = fileOf('src/db/migrations');

/** Any number that nobody else locks in this database: "duet" in ASCII. */
const MIGRATION_LOCK = 0x64756574;

/** How long a node waits for another one's migrations. */
const LOCK_TIMEOUT_MS = 60_000;

/** Brings PostgreSQL to the newest schema; nodes that start together take turns. */
export async function migratePostgres(url: string): Promise<void> {
  // One connection: an advisory lock belongs to it, so it must be the one that migrates.
  const client = connect(url, { max: 1, connection: { lock_timeout: LOCK_TIMEOUT_MS } });
  try {
    await client`select pg_advisory_lock(${MIGRATION_LOCK})`.catch((cause: unknown) => {
      throw new StartupError(`DATABASE_URL: cannot reach the database (${reason(cause)})`, { cause });
    });
    await migrateWithPostgres(drizzle(client), { migrationsFolder });
  } finally {
    await client.end({ timeout: 5 }); // and with the connection goes the lock
  }
}

/** Brings the embedded database to the newest schema. */
export async function migratePglite(db: PgliteDatabase): Promise<void> {
  await migrateWithPglite(db, { migrationsFolder });
}

function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.message || ('code' in cause ? String(cause.code) : cause.name);
}
