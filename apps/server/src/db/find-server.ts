import { StartupError } from '../startup-error.ts';
import { connectPlainly, type DatabaseServer } from './connect.ts';
import { DatabaseUrlError, parseDatabaseUrl, settingsIn } from './url.ts';

/**
 * Finds out whether a URL leads to PostgreSQL itself. A pooler gives connections keys of its own for cancelling, so that the process in them is
 * not the one that answers; what passes bytes on, as HAProxy does, is none.
 * @throws StartupError when a pooler cannot keep what the URL asks for
 */
export async function findServer(url: string): Promise<DatabaseServer> {
  const client = connectPlainly(url);
  try {
    // What a session would have again after RESET is what its role has.
    const answer = await client<{ pid: number; searchPath: string }[]>`
      select pg_backend_pid() as pid, reset_val as "searchPath" from pg_settings where name = 'search_path'`.simple();
    const [found] = answer;
    if (!found || found.pid === answer.state.pid) return { url, pooled: undefined };
    settingsIn(parseDatabaseUrl(url).options ?? '');
    return { url, pooled: { searchPath: found.searchPath } };
  } catch (error) {
    if (!(error instanceof DatabaseUrlError)) throw error;
    throw new StartupError(`DATABASE_URL: ${error.message}`, { cause: error });
  } finally {
    await client.end({ timeout: 5 });
  }
}
