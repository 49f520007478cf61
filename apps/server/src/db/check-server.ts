import { getTableName } from 'drizzle-orm';
import type postgres from 'postgres';
import { StartupError } from '../startup-error.ts';
import type { DatabaseServer } from './connect.ts';
import { accounts, conversations, messages, rateLimits, secrets, sessions, users } from './schema.ts';

/** What is asked of a database besides a schema. */
export interface ServerNeeds {
  /** Where it is told that something is odd, but no reason not to start. */
  readonly log?: { warn(about: object, message: string): void };
  /** How many connections a node takes at most. */
  readonly connections?: number;
  /** Nodes hear each other through it. */
  readonly notifications?: boolean;
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
export async function checkServer(
  sql: postgres.Sql,
  { log, connections = 0 }: ServerNeeds,
  { pooled }: DatabaseServer,
): Promise<Server> {
  const asked = Date.now();
  const [server] = await sql<
    {
      user: string;
      encoding: string;
      version: string;
      number: string;
      standby: boolean;
      readOnly: boolean;
      allowed: number | null;
      now: number;
    }[]
  >`
    select current_user as user, current_setting('server_encoding') as encoding, current_setting('server_version') as version,
      current_setting('server_version_num') as number, pg_is_in_recovery() as standby,
      current_setting('default_transaction_read_only')::boolean as "readOnly",
      (select min(allowed) from (
        select rolconnlimit from pg_roles where rolname = current_user and not rolsuper
        union all select datconnlimit from pg_database, pg_roles where datname = current_database() and rolname = current_user and not rolsuper
      ) as limits (allowed) where allowed >= 0) as allowed,
      (extract(epoch from clock_timestamp()) * 1000)::float8 as now`;
  if (!server) throw new Error('no answer');
  const { user, encoding, version, number, standby, readOnly, allowed, now } = server;
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
  if (readOnly)
    throw new StartupError(
      `DATABASE_URL: default_transaction_read_only is on for the role ${user}, which keeps writers away`,
    );
  // A pooler may need fewer for as many.
  if (!pooled && allowed !== null && allowed < connections)
    throw new StartupError(
      `DATABASE_CONNECTIONS: a node takes ${connections}, and the role ${user} is allowed ${allowed} in this database`,
    );
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
