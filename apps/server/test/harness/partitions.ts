import { readFileSync } from 'node:fs';
import { createPostgres } from '@duet/testing/database';
import postgres from 'postgres';
import { expect, onTestFinished } from 'vitest';
import { JWT_SECRET, startServerOn, type TestServer } from './server.ts';

const page = readFileSync(new URL('../../STORAGE.md', import.meta.url), 'utf8');

/** Which tables are cut: both, or as the page says, without what stands under `-- conversations`. */
export type Cut = 'both tables' | 'messages alone';

/** The statements under a heading of STORAGE.md, as they stand. */
function statements(heading: string, cut: Cut): string {
  const block = new RegExp(
    String.raw`^### ${heading}\n(?:(?!^#)[\s\S])*?^~~~sql\n([\s\S]+?)^~~~`.replaceAll('~~~', '```'),
    'm',
  );
  const [, found] = block.exec(page) ?? [];
  if (found === undefined) throw new Error(`STORAGE.md has no statements under "${heading}"`);
  return cut === 'both tables' ? found : found.replace(/^ *-- conversations\n[\s\S]*?(?=^ *-- )/gm, '');
}

/** A database of one test's own that STORAGE.md's statements are run on, and servers on it. */
export async function createPartitionable(cut: Cut) {
  const database = await createPostgres();
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const servers = new Set<TestServer>();
  onTestFinished(async () => {
    for (const server of servers) await server.stop();
    await sql.end();
    await database.drop();
  });
  const start = async () => {
    const server = await startServerOn({ ...database.env, JWT_SECRET });
    servers.add(server);
    return server;
  };
  const stop = async (server: TestServer) => {
    servers.delete(server);
    await server.stop();
  };
  const run = (...headings: string[]) =>
    sql.begin((tx) => tx.unsafe(headings.map((heading) => statements(heading, cut)).join('\n')));
  return {
    sql,
    start,
    stop,
    /** What is under these headings, in one transaction. */
    run,
    /** What is under a heading and ends its transactions itself. */
    runAlone: (heading: string) => sql.unsafe(statements(heading, cut)),
    /** The same in one transaction again and again while it gets no lock, as the page says. */
    runUntilLocked: async (heading: string) => {
      for (let tries = 1; ; tries += 1) {
        try {
          return await run(heading);
        } catch (error) {
          const isLocked = error instanceof postgres.PostgresError && error.code === '55P03';
          if (!isLocked || tries === 20) throw error;
        }
      }
    },
    /** An empty database that was migrated and partitioned. */
    partitionEmpty: async () => {
      await stop(await start());
      await run('Make', 'Index', 'Switch');
      await run('Finish');
    },
  };
}

/** What the chat tables are to whoever uses them: columns, keys, indexes, storage parameters. Not where their rows lie. */
export function describeTables(sql: postgres.Sql) {
  return sql`
    with chat as (
      select oid as id, relname from pg_class
      where oid in ('public.conversations'::regclass, 'public.messages'::regclass)
    )
    select relname, attname as name,
      concat_ws(' ', attnum, format_type(atttypid, atttypmod), attnotnull, attgenerated, pg_get_expr(adbin, adrelid)) as definition
    from chat join pg_attribute on attrelid = id and attnum > 0
    left join pg_attrdef on adrelid = id and adnum = attnum
    union all
    select relname, 'options', string_agg(distinct reloptions::text, ';')
    from chat join (
      select oid as part, oid as id, reloptions from pg_class
      union all select oid, inhparent, reloptions from pg_class join pg_inherits on inhrelid = oid
    ) parts using (id) group by 1
    union all
    select relname, conname, pg_get_constraintdef(oid)
    from chat join pg_constraint on conrelid = id and contype <> 'n'
    union all
    select relname, indexname, replace(indexdef, 'ON ONLY', 'ON')
    from chat join pg_indexes on tablename = relname and schemaname = 'public'
    order by 1, 2, 3`;
}

/** How many partitions the tables have that a conversation's rows are in. */
export async function countPartitions(sql: postgres.Sql): Promise<Record<string, number>> {
  const rows = await sql<{ name: string; partitions: number }[]>`
    select c.relname as name, (select count(*)::int from pg_inherits where inhparent = c.oid) as partitions
    from pg_class c
    where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and (relname = 'conversations' or exists (
      select from pg_attribute where attrelid = c.oid and attname = 'conversation_id'))`;
  return Object.fromEntries(rows.map(({ name, partitions }) => [name, partitions]));
}

/** How often each partition of `messages` was looked into, by indexes or whole, once nobody else is connected: they count when they go. */
export async function countScans(sql: postgres.Sql): Promise<Map<string, number>> {
  const others = async () => {
    const rows = await sql`
      select from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
    return rows.length;
  };
  await expect.poll(others).toBe(0);
  await sql`select pg_stat_force_next_flush()`; // or what this connection did is counted up to a second later
  const rows = await sql<{ name: string; scans: number }[]>`
    select relname as name, (seq_scan + idx_scan)::int as scans from pg_stat_all_tables
    where schemaname = 'partitions' and relname like 'messages%'`;
  return new Map(rows.map(({ name, scans }) => [name, scans]));
}
