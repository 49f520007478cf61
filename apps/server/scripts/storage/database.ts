import postgres from 'postgres';
import { databaseUrl } from '../../src/config.ts';
import { migratePostgres } from '../../src/db/migrate.ts';
import { StartupError } from '../../src/startup-error.ts';

/**
 * One connection to the empty database at DATABASE_URL, migrated, and the extension that looks into indexes.
 * @throws StartupError when there is none, or it holds something
 */
export async function openEmptyDatabase(): Promise<postgres.Sql> {
  const url = databaseUrl.safeParse(process.env['DATABASE_URL']);
  if (!url.success) throw new StartupError(`DATABASE_URL: ${url.error.issues[0]?.message}`);
  const sql = postgres(url.data, { max: 1, connect_timeout: 5, onnotice: () => {} });
  try {
    const [used] = await sql`select 1 from pg_tables where schemaname = 'public' limit 1`.catch(
      (cause: unknown) => {
        throw new StartupError(`DATABASE_URL: ${reason(cause)}`, { cause });
      },
    );
    if (used) throw new StartupError('DATABASE_URL: that database is not empty');
    await migratePostgres(url.data);
    await sql`create extension if not exists pgstattuple`.catch((cause: unknown) => {
      throw new StartupError(`DATABASE_URL: needs the extension pgstattuple (${reason(cause)})`, { cause });
    });
    // Nobody waits for these messages to be on disk; what is written stays the same.
    await sql`set synchronous_commit = off`;
    return sql;
  } catch (error) {
    await sql.end();
    throw error;
  }
}

function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.message || ('code' in cause ? String(cause.code) : cause.name);
}

/** Runs a script; what is wrong with its use is one clear line. */
export async function runScript(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const isBadUse =
      error instanceof StartupError ||
      (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
    if (!isBadUse) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
