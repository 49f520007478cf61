// What changing a conversation's row costs PostgreSQL: read markers and sends, with changed_xid in the list's indexes and without, and with
// room left in the table's pages. Works in the empty database at DATABASE_URL. Usage: node scripts/conversation-cost.ts [--sends 1000000]
import { parseArgs } from 'node:util';
import type postgres from 'postgres';
import { StartupError } from '../src/startup-error.ts';
import { openEmptyDatabase, runScript } from './storage/database.ts';
import { heapBytes, indexSizes, walBytes } from './storage/measure.ts';
import { fill, makeConversations, pick, type Target } from './storage/send.ts';

const CONVERSATIONS = 10_000;
const MARKS = 100_000;

interface Variant {
  /** How the two indexes of the list hold changed_xid: as the last column, as the schema has it, or beside the columns, or not. */
  readonly changedXid: 'as a column' | 'included' | 'not at all';
  /** How full inserts leave a page of the table, in percent. */
  readonly fillfactor: number;
}

const VARIANTS: readonly Variant[] = [
  { changedXid: 'as a column', fillfactor: 100 },
  { changedXid: 'as a column', fillfactor: 80 },
  { changedXid: 'as a column', fillfactor: 70 },
  { changedXid: 'included', fillfactor: 100 },
  { changedXid: 'not at all', fillfactor: 100 },
  { changedXid: 'not at all', fillfactor: 80 },
];

await runScript(async () => {
  const { values } = parseArgs({ options: { sends: { type: 'string', default: '1000000' } } });
  const sends = Number(values.sends);
  if (!Number.isInteger(sends) || sends < 10_000)
    throw new StartupError('--sends: how many messages to send, at least 10000');
  const sql = await openEmptyDatabase();
  try {
    const marked = await measureAll(sql, (targets) => markRead(sql, targets), MARKS);
    console.log(`${MARKS} read markers moved, one a transaction, in ${CONVERSATIONS} conversations:`);
    console.table(marked);
    const sent = await measureAll(sql, (targets) => fill(sql, targets, sends), sends);
    console.log(`\n${sends} sends, in batches, in ${CONVERSATIONS} conversations:`);
    console.table(sent);
  } finally {
    await sql.end();
  }
});

async function measureAll(
  sql: postgres.Sql,
  work: (targets: readonly Target[]) => Promise<void>,
  changes: number,
): Promise<Record<string, unknown>> {
  const results: Record<string, unknown> = {};
  for (const variant of VARIANTS) {
    const targets = await prepare(sql, variant);
    const [heap, indexes, before] = [
      await heapBytes(sql, 'conversations'),
      await sizes(sql),
      await counts(sql),
    ];
    await sql`checkpoint`;
    const wal = await walBytes(sql, () => work(targets));
    const after = await counts(sql);
    const grown = await sizes(sql);
    results[`${variant.changedXid}, fillfactor ${variant.fillfactor}`] = {
      'WAL bytes each': Math.round(wal / changes),
      'HOT %': Math.round((100 * (after.hot - before.hot)) / (after.updated - before.updated)),
      'table MB': growth(heap, await heapBytes(sql, 'conversations')),
      'primary key MB': growth(indexes[0], grown[0]),
      'by user1 MB': growth(indexes[1], grown[1]),
      'by user2 MB': growth(indexes[2], grown[2]),
      autovacuums: after.vacuums - before.vacuums,
    };
  }
  return results;
}

/** New conversations in a table and indexes that were never written to. */
async function prepare(sql: postgres.Sql, { changedXid, fillfactor }: Variant): Promise<Target[]> {
  await sql`truncate users, conversations, messages`;
  await sql.unsafe(`alter table conversations set (fillfactor = ${fillfactor})`);
  for (const user of ['user1', 'user2']) {
    const columns = `${user}_id, activity_at, id`;
    const held = {
      'as a column': `(${columns}, changed_xid)`,
      included: `(${columns}) include (changed_xid)`,
      'not at all': `(${columns})`,
    };
    await sql.unsafe(`drop index conversations_by_${user}`);
    await sql.unsafe(`create index conversations_by_${user} on conversations ${held[changedXid]}`);
  }
  return makeConversations(sql, CONVERSATIONS);
}

async function markRead(sql: postgres.Sql, targets: readonly Target[]): Promise<void> {
  const one = (seq: number) => sql`
    update conversations set user1_read_seq = ${seq}, changed_xid = pg_current_xact_id()::text::bigint
    where id = ${pick(targets).id}`;
  for (let seq = 1; seq <= MARKS; seq += 1) await one(seq);
}

async function sizes(sql: postgres.Sql): Promise<number[]> {
  return (await indexSizes(sql, 'conversations')).map(({ bytes }) => bytes);
}

async function counts(sql: postgres.Sql): Promise<{ updated: number; hot: number; vacuums: number }> {
  await sql`select pg_stat_force_next_flush()`;
  const [row] = await sql<{ updated: number; hot: number; vacuums: number }[]>`
    select n_tup_upd::float as updated, n_tup_hot_upd::float as hot, autovacuum_count::float as vacuums
    from pg_stat_user_tables where relname = 'conversations'`;
  if (!row) throw new Error('no statistics of the table conversations');
  return row;
}

function growth(before = 0, after = 0): string {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return `${megabytes(before)} → ${megabytes(after)}`;
}
