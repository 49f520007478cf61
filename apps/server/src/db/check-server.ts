import { getTableName } from 'drizzle-orm';
import type postgres from 'postgres';
import { StartupError } from '../startup-error.ts';
import { accounts, conversations, messages, rateLimits, secrets, sessions, users } from './schema.ts';

/** Where it is told that something is odd, but no reason not to start. */
export interface ServerLog {
  warn(about: object, message: string): void;
}

export const TABLES = [accounts, conversations, messages, rateLimits, secrets, sessions, users].map(
  getTableName,
);

const MIN_VERSION = 15;
/** Tokens are checked by this machine's clock, and messages stamped by the database's. */
const MAX_CLOCK_DIFFERENCE_MS = 2000;

interface Server {
  readonly user: string;
}

/**
 * Looks whether a database can be used, before anything is changed in it.
 * @throws StartupError with the one thing that is to be changed
 */
export async function checkServer(sql: postgres.Sql, log?: ServerLog): Promise<Server> {
  const asked = Date.now();
  const [server] = await sql<
    { user: string; encoding: string; version: string; number: string; standby: boolean; now: number }[]
  >`
    select current_user as user, current_setting('server_encoding') as encoding, current_setting('server_version') as version,
      current_setting('server_version_num') as number, pg_is_in_recovery() as standby,
      (extract(epoch from clock_timestamp()) * 1000)::float8 as now`;
  if (!server) throw new Error('no answer');
  const { user, encoding, version, number, standby, now } = server;
  if (Number(number) < MIN_VERSION * 10_000)
    throw new StartupError(
      `DATABASE_URL: PostgreSQL ${MIN_VERSION} or newer is needed, and this is ${version}`,
    );
  if (encoding !== 'UTF8') {
    const remedy = 'create database … encoding UTF8 template template0';
    throw new StartupError(
      `DATABASE_URL: the database's encoding is ${encoding}, and UTF8 is needed ("${remedy}")`,
    );
  }
  if (standby) throw new StartupError('DATABASE_URL: this server is a standby, which can only be read');
  // Half of the time between is the way there, as far as is known.
  const ms = Math.round(now - (asked + Date.now()) / 2);
  if (Math.abs(ms) > MAX_CLOCK_DIFFERENCE_MS)
    log?.warn({ ms }, 'the database has another time than this machine');
  return { user };
}

/**
 * Looks whether a role may do with Duet's tables all that a node does.
 * @throws StartupError naming the first right that is missing
 */
export async function checkRights(sql: postgres.Sql, user: string): Promise<void> {
  const [missing] = await sql<{ table: string; right: string }[]>`
    select "table", "right"
    from unnest(string_to_array(${TABLES.join(',')}, ',')) as "table", unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) as "right"
    where not has_table_privilege(quote_ident(current_schema()) || '.' || quote_ident("table"), "right")
    order by 1, 2`;
  if (!missing) return;
  const { table, right } = missing;
  throw new StartupError(
    `DATABASE_URL: the role ${user} may not ${right} in ${table} ("grant ${right.toLowerCase()} on ${table} to ${user}")`,
  );
}
