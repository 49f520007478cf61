import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { databaseUrl } from '../../src/config.ts';
import type { Database } from '../../src/db/client.ts';
import { migratePostgres } from '../../src/db/migrate.ts';
import { StartupError } from '../../src/startup-error.ts';

/** An empty database that was migrated, through one connection. */
export interface EmptyDatabase {
  readonly sql: postgres.Sql;
  readonly db: Database;
}

/** Runs a script; what is wrong with its use is one clear line. */
export async function runScript(script: () => Promise<void>): Promise<void> {
  try {
    await script();
  } catch (error) {
    const isMisused =
      error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
    if (!isMisused && !(error instanceof StartupError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

/** One connection to the database at DATABASE_URL. @throws StartupError when that is not a URL of one */
export function connect(): postgres.Sql {
  return postgres(parseUrl(), {
    max: 1,
    connect_timeout: 5,
    // As the server plans; and nobody waits for these messages to be on disk, which changes nothing of what is written.
    connection: { enable_seqscan: false, synchronous_commit: 'off' },
    onnotice: () => {},
  });
}

/**
 * Works on the empty database at DATABASE_URL, where the extension pgstattuple looks into indexes.
 * @throws StartupError when there is no such database, or it holds something
 */
export async function withEmptyDatabase(work: (database: EmptyDatabase) => Promise<void>): Promise<void> {
  const sql = connect();
  try {
    await prepare(sql, parseUrl());
    await work({ sql, db: drizzle(sql, { casing: 'snake_case' }) });
  } finally {
    await sql.end();
  }
}

function parseUrl(): string {
  const url = databaseUrl.safeParse(process.env['DATABASE_URL']);
  if (!url.success) throw new StartupError(`DATABASE_URL: ${url.error.issues[0]?.message}`);
  return url.data;
}

async function prepare(sql: postgres.Sql, url: string): Promise<void> {
  const refuse = (what: string) => (cause: unknown) => {
    throw new StartupError(`DATABASE_URL: ${what} (${cause instanceof Error ? cause.message : cause})`, {
      cause,
    });
  };
  const [used] = await sql`select 1 from pg_tables where schemaname = 'public' limit 1`.catch(
    refuse('cannot reach the database'),
  );
  if (used) throw new StartupError('DATABASE_URL: that database is not empty');
  await sql`create extension if not exists pgstattuple`.catch(refuse('needs the extension pgstattuple'));
  await migratePostgres(url);
}

/** A number given on the command line. */
export function parseCount(name: string, text: string | undefined, least: number): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < least)
    throw new StartupError(`${name}: a whole number from ${least} on`);
  return count;
}
