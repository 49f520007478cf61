import { randomBytes } from 'node:crypto';
import { clearWhenDead } from '@duet/testing/leftovers';
import postgres from 'postgres';
import { onEnd } from '../cleanup.ts';

/** A database of one run's own. */
export interface Database {
  readonly url: string;
  readonly name: string;
  readonly sql: postgres.Sql;
  drop(): Promise<void>;
}

const options = { onnotice: () => {}, connect_timeout: 5 } as const;

/** Makes a database beside the one at `adminUrl`. */
export async function createDatabase(adminUrl: string): Promise<Database> {
  const name = `duet_bench_${randomBytes(6).toString('hex')}`;
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const sql = postgres(url.href, { ...options, max: 2 });
  const admin = (command: (sql: postgres.Sql) => PromiseLike<unknown>) => asAdmin(adminUrl, command);
  const isGone = clearWhenDead({ kind: 'database', adminUrl, name });
  const created = admin((sql) => sql`create database ${sql(name)}`);
  const drop = onEnd(async () => {
    await created.catch(() => {});
    await sql.end({ timeout: 1 });
    await admin((sql) => sql`drop database if exists ${sql(name)} with (force)`);
    isGone();
  });
  await created;
  // Every run finds the write-ahead log as short as the others did.
  await admin((sql) => sql`checkpoint`);
  return { url: url.href, name, sql, drop };
}

async function asAdmin(url: string, command: (sql: postgres.Sql) => PromiseLike<unknown>): Promise<void> {
  const sql = postgres(url, { ...options, max: 1 });
  try {
    await command(sql);
  } finally {
    await sql.end();
  }
}

/** What PostgreSQL says of itself. */
export async function describeDatabase(url: string): Promise<Record<string, string>> {
  const settings: Record<string, string> = {};
  await asAdmin(url, async (sql) => {
    const names = ['server_version', 'fsync', 'synchronous_commit', 'shared_buffers', 'autovacuum'];
    const rows = await sql<{ name: string; setting: string }[]>`
      select name, current_setting(name) as setting from pg_settings where name in ${sql(names)}`;
    for (const { name, setting } of rows) settings[name] = setting;
  });
  return settings;
}

/** How many messages are stored; every server calls their table the same. */
export async function countRows({ sql }: Database): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int from messages`;
  return row?.count ?? 0;
}
