import type postgres from 'postgres';
import { StartupError } from '../startup-error.ts';
import { connect, type DatabaseServer } from './connect.ts';
import { PROTOCOL_VIOLATION, sqlStateOf } from './errors.ts';
import { DatabaseUrlError } from './url.ts';

/**
 * Finds out whether a URL leads to PostgreSQL itself. A pooler refuses settings at the start, or gives connections keys of its own for cancelling: the process
 * in them is not the one that answers. What passes bytes on, as HAProxy does, is none.
 * @throws StartupError when a pooler cannot keep what the URL asks for
 */
export async function findServer(url: string): Promise<DatabaseServer> {
  const direct = { url, pooled: undefined };
  if (await ask(direct, isPostgres)) return direct;
  try {
    // Until it is known any will do.
    const searchPath = await ask({ url, pooled: { searchPath: 'pg_catalog' } }, searchPathOf);
    return { url, pooled: { searchPath } };
  } catch (error) {
    if (!(error instanceof DatabaseUrlError)) throw error;
    throw new StartupError(`DATABASE_URL: ${error.message}`, { cause: error });
  }
}

async function ask<T>(server: DatabaseServer, question: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = connect(server, { max: 1 });
  try {
    return await question(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function isPostgres(sql: postgres.Sql): Promise<boolean> {
  try {
    const answer = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`.simple();
    return answer[0]?.pid === answer.state.pid;
  } catch (error) {
    if (sqlStateOf(error) === PROTOCOL_VIOLATION) return false;
    throw error;
  }
}

/** What a session would have again after RESET: its role's own, whatever others set since. */
async function searchPathOf(sql: postgres.Sql): Promise<string> {
  const [row] = await sql<
    { path: string }[]
  >`select reset_val as path from pg_settings where name = 'search_path'`;
  return row?.path ?? '';
}
