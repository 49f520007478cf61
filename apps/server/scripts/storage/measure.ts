import type postgres from 'postgres';

export interface IndexSize {
  readonly name: string;
  readonly bytes: number;
  /** Pages from the root down to a leaf. */
  readonly levels: number;
  readonly leafPages: number;
  /** Entries that point from one page to the level below, on average. */
  readonly fanOut: number;
  /** How full the leaves are, in percent. */
  readonly density: number;
}

export async function heapBytes(sql: postgres.Sql, table: string): Promise<number> {
  const [row] = await sql<{ bytes: string }[]>`select pg_relation_size(${table}::regclass) as bytes`;
  return Number(row?.bytes);
}

/** The table's indexes, as the extension pgstattuple finds them. */
export async function indexSizes(sql: postgres.Sql, table: string): Promise<IndexSize[]> {
  return sql<IndexSize[]>`
    select i.indexrelid::regclass::text as name, s.index_size::float as bytes, s.tree_level + 1 as levels,
      s.leaf_pages::float as "leafPages", s.avg_leaf_density as density,
      (s.leaf_pages + s.internal_pages - 1)::float / greatest(s.internal_pages, 1) as "fanOut"
    from pg_index i, pgstatindex(i.indexrelid::regclass) s
    where i.indrelid = ${table}::regclass order by not i.indisprimary, 1`;
}

/** Blocks of 8 kB that `work` touches on average, in memory or not, by table and index; `sql` must be one connection. */
export async function blocksTouched(
  sql: postgres.Sql,
  times: number,
  work: () => Promise<unknown>,
): Promise<Map<string, number>> {
  const before = await touched(sql);
  for (let i = 0; i < times; i += 1) await work();
  const after = await touched(sql);
  const average = [...after].map(
    ([name, blocks]) => [name, (blocks - (before.get(name) ?? 0)) / times] as const,
  );
  return new Map(average.filter(([, blocks]) => blocks > 0));
}

async function touched(sql: postgres.Sql): Promise<Map<string, number>> {
  await sql`select pg_stat_force_next_flush()`;
  const rows = await sql<{ name: string; blocks: number }[]>`
    select relname as name, (heap_blks_read + heap_blks_hit)::float as blocks from pg_statio_user_tables
    union all
    select indexrelname, (idx_blks_read + idx_blks_hit)::float from pg_statio_user_indexes`;
  return new Map(rows.map(({ name, blocks }) => [name, blocks]));
}

/** Bytes of write-ahead log that come while `work` is done, from anyone: the server must have nothing else to do. */
export async function walBytes(sql: postgres.Sql, work: () => Promise<unknown>): Promise<number> {
  const position = async () => {
    const [row] = await sql<{ at: string }[]>`select pg_current_wal_insert_lsn() - '0/0' as at`;
    return Number(row?.at);
  };
  const start = await position();
  await work();
  return (await position()) - start;
}
