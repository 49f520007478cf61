import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { PgliteDatabase } from 'drizzle-orm/pglite';
import { migrate as migrateWithPglite } from 'drizzle-orm/pglite/migrator';
import type postgres from 'postgres';
import { fileOf } from '../files.ts';
import { StartupError } from '../startup-error.ts';
import { checkPooler } from './check-pooler.ts';
import { checkRights, checkServer, type ServerNeeds, TABLES } from './check-server.ts';
import { connect, type DatabaseServer } from './connect.ts';
import { findServer } from './find-server.ts';
import { schemaIn } from './url.ts';

const migrationsFolder = fileOf('src/db/migrations');
/** Which migrations a schema has, by their hashes. Drizzle's own journal is one table for all of a database, and compares times. */
const JOURNAL = 'duet_migrations';
/** Where the journal was before it was Duet's own, together with those of everybody else who uses Drizzle. */
const OLD_JOURNAL = 'drizzle.__drizzle_migrations';

/** Any number that nobody else locks in this database: "duet" in ASCII. */
const MIGRATION_LOCK = 0x64756574;

/** How long a node waits for another one's migrations. */
const LOCK_TIMEOUT_MS = 60_000;

type Migration = ReturnType<typeof readMigrationFiles>[number];

/**
 * Brings PostgreSQL to the newest schema; nodes that start together take turns. A role that finds nothing to do needs no right but those on rows.
 * @returns what connections to it are to be made through
 * @throws StartupError when the database cannot be reached or used, or the role may not do what is to be done
 */
export async function migratePostgres(url: string, needs: ServerNeeds = {}): Promise<DatabaseServer> {
  const server = await findServer(url).catch(unreachable);
  const client = connect(server, { max: 1, connection: { lock_timeout: LOCK_TIMEOUT_MS } });
  try {
    if (server.pooled) await checkPooler(server, needs).catch(unreachable);
    const { user } = await checkServer(client, needs, server).catch(unreachable);
    if ((await pendingIn(client)).length > 0) {
      await client.begin(async (tx) => {
        await tx`select pg_advisory_xact_lock(${MIGRATION_LOCK})`;
        await migrate(tx, user, schemaIn(url));
      });
    }
    await checkRights(client, user);
    return server;
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** @throws StartupError */
function unreachable(cause: unknown): never {
  if (cause instanceof StartupError) throw cause;
  throw new StartupError(`DATABASE_URL: cannot reach the database (${reason(cause)})`, { cause });
}

/** Brings the embedded database to the newest schema. */
export async function migratePglite(db: PgliteDatabase): Promise<void> {
  await migrateWithPglite(db, { migrationsFolder });
}

/** The migrations that the current schema does not have, oldest first. */
async function pendingIn(sql: postgres.ISql): Promise<Migration[]> {
  const applied = (await isThere(sql, JOURNAL))
    ? await sql<{ hash: string }[]>`select hash from ${sql(JOURNAL)}`
    : [];
  const known = new Set(applied.map(({ hash }) => hash));
  return readMigrationFiles({ migrationsFolder }).filter(({ hash }) => !known.has(hash));
}

async function migrate(
  sql: postgres.TransactionSql,
  user: string,
  ownSchema: string | undefined,
): Promise<void> {
  const schema = await chooseSchema(sql, user, ownSchema);
  const [mayCreate] = await sql<{ may: boolean }[]>`select has_schema_privilege(${schema}, 'CREATE') as may`;
  if (!mayCreate?.may) {
    const right = `grant create on schema ${schema} to ${user}`;
    throw new StartupError(
      `DATABASE_URL: the role ${user} may not make tables in the schema ${schema} ("${right}")`,
    );
  }
  if (!(await isThere(sql, JOURNAL))) await createJournal(sql, schema);
  for (const { sql: statements, hash } of await pendingIn(sql)) {
    for (const statement of statements) await sql.unsafe(statement);
    await sql`insert into ${sql(JOURNAL)} (hash) values (${hash})`;
  }
}

/** The schema in which names without one are, made if it is Duet's own. */
async function chooseSchema(
  sql: postgres.TransactionSql,
  user: string,
  own: string | undefined,
): Promise<string> {
  const current = async () =>
    (await sql<{ name: string | null }[]>`select current_schema() as name`)[0]?.name;
  const found = await current();
  if (found) return found;
  if (own === undefined)
    throw new StartupError(
      `DATABASE_URL: the role ${user} has no schema to make tables in; set DATABASE_SCHEMA`,
    );
  const [database] = await sql<{ name: string; may: boolean }[]>`
    select current_database() as name, has_database_privilege(current_database(), 'CREATE') as may`;
  if (!database?.may) {
    const right = `create schema ${own} authorization ${user}`;
    throw new StartupError(`DATABASE_SCHEMA: the role ${user} may not make the schema ${own} ("${right}")`);
  }
  await sql`create schema ${sql(own)}`;
  return own;
}

async function createJournal(sql: postgres.TransactionSql, schema: string): Promise<void> {
  const there = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = to_regnamespace(quote_ident(${schema})) and relname = any(string_to_array(${TABLES.join(',')}, ','))`;
  const ours = readMigrationFiles({ migrationsFolder }).map(({ hash }) => hash);
  const adopted = there.length === 0 ? [] : await inOldJournal(sql, ours);
  if (there.length > 0 && adopted.length === 0) {
    const names = there.map(({ name }) => name).sort();
    throw new StartupError(
      `DATABASE_URL: the schema ${schema} has tables of somebody else (${names.join(', ')}); set DATABASE_SCHEMA to another one`,
    );
  }
  await sql`create table ${sql(JOURNAL)} (hash text primary key, applied_at timestamptz not null default now())`;
  for (const hash of adopted) {
    await sql`insert into ${sql(JOURNAL)} (hash) values (${hash})`;
    // Beside it, the next migration of whoever shares that journal would be taken for an old one, and left out.
    await sql`delete from ${sql(OLD_JOURNAL)} where hash = ${hash}`;
  }
}

async function inOldJournal(sql: postgres.TransactionSql, ours: readonly string[]): Promise<string[]> {
  const [old] = await sql<{ there: boolean }[]>`select to_regclass(${OLD_JOURNAL}) is not null as there`;
  if (!old?.there) return [];
  const rows = await sql<{ hash: string }[]>`select hash from ${sql(OLD_JOURNAL)}`;
  const hashes = new Set(rows.map(({ hash }) => hash));
  return ours.filter((hash) => hashes.has(hash));
}

async function isThere(sql: postgres.ISql, table: string): Promise<boolean> {
  const [row] = await sql<{ there: boolean }[]>`
    select to_regclass(quote_ident(current_schema()) || '.' || quote_ident(${table})) is not null as there`;
  return row?.there === true;
}

function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.message || ('code' in cause ? String(cause.code) : cause.name);
}
