// What changing a conversation's row costs PostgreSQL: read markers and sends, with the list's indexes as they are and with exact ones, and
// with more or less room in the table's pages. Works in the empty database at DATABASE_URL. Usage: node scripts/conversation-cost.ts [--sends 1000000]
import { parseArgs } from 'node:util';
import type postgres from 'postgres';
import { Participants } from '../src/domain/conversations/participants.ts';
import { prepareStore } from '../src/domain/messages/store.ts';
import { fill, makeConversations, pickMany, type Target } from './storage/conversations.ts';
import { parseCount, runScript, withEmptyDatabase } from './storage/database.ts';
import { heapBytes, indexSizes, walBytes } from './storage/measure.ts';

const CONVERSATIONS = 10_000;
const MARKS = 100_000;

/** What follows the user in the two indexes. The exact ones would serve lists and syncs without sorting or picking. */
const INDEXES = { rough: 'activity_hour, changed_era', exact: 'activity_at, id, changed_xid' };

interface Variant {
  readonly indexes: keyof typeof INDEXES;
  /** How full inserts leave a page of the table, in percent. */
  readonly fillfactor: number;
}

const VARIANTS: readonly Variant[] = [
  { indexes: 'rough', fillfactor: 70 },
  { indexes: 'rough', fillfactor: 80 },
  { indexes: 'rough', fillfactor: 100 },
  { indexes: 'exact', fillfactor: 70 },
  { indexes: 'exact', fillfactor: 100 },
];

await runScript(async () => {
  const { values } = parseArgs({ options: { sends: { type: 'string', default: '1000000' } } });
  const sends = parseCount('--sends', values.sends, 10_000);
  await withEmptyDatabase(async ({ sql, db }) => {
    const store = prepareStore(db, new Participants());
    const marked = await measureAll(sql, MARKS, (targets) => markRead(sql, targets));
    console.log(`${MARKS} read markers moved, one a transaction, in ${CONVERSATIONS} conversations:`);
    console.table(marked);
    const sent = await measureAll(sql, sends, (targets) => fill(store, targets, sends));
    console.log(`\n${sends} sends, in batches, in ${CONVERSATIONS} conversations:`);
    console.table(sent);
  });
});

async function measureAll(
  sql: postgres.Sql,
  changes: number,
  work: (targets: readonly Target[]) => Promise<void>,
): Promise<Record<string, unknown>> {
  const results: Record<string, unknown> = {};
  for (const variant of VARIANTS) {
    const targets = await prepare(sql, variant);
    const before = await measure(sql);
    await sql`checkpoint`;
    const wal = await walBytes(sql, () => work(targets));
    const after = await measure(sql);
    const grown = (what: 'table' | 'primaryKey' | 'byUser') =>
      `${megabytes(before[what])} → ${megabytes(after[what])}`;
    results[`${variant.indexes} indexes, fillfactor ${variant.fillfactor}`] = {
      'WAL bytes each': Math.round(wal / changes),
      'HOT %': Math.round((100 * (after.hot - before.hot)) / (after.updated - before.updated)),
      'table MB': grown('table'),
      'primary key MB': grown('primaryKey'),
      'list indexes MB': grown('byUser'),
      autovacuums: after.autovacuums - before.autovacuums,
    };
  }
  return results;
}

/** New conversations in a table and indexes that were never written to. */
async function prepare(sql: postgres.Sql, { indexes, fillfactor }: Variant): Promise<Target[]> {
  await sql`truncate users, conversations, messages`;
  await sql.unsafe(`alter table conversations set (fillfactor = ${fillfactor})`);
  for (const user of ['user1', 'user2']) {
    await sql.unsafe(`drop index conversations_by_${user}`);
    await sql.unsafe(
      `create index conversations_by_${user} on conversations (${user}_id, ${INDEXES[indexes]})`,
    );
  }
  return makeConversations(sql, CONVERSATIONS);
}

/** What `domain/conversations/mark-read.ts` writes. */
async function markRead(sql: postgres.Sql, targets: readonly Target[]): Promise<void> {
  for (const [seq, { id }] of pickMany(targets, MARKS).entries())
    await sql`
      update conversations set user1_read_seq = ${seq}, changed_xid = pg_current_xact_id()::text::bigint,
        changed_era = pg_current_xact_id()::text::bigint >> 16
      where id = ${id}`;
}

async function measure(sql: postgres.Sql) {
  await sql`select pg_stat_force_next_flush()`;
  const [counted] = await sql<{ updated: number; hot: number; autovacuums: number }[]>`
    select n_tup_upd::float as updated, n_tup_hot_upd::float as hot, autovacuum_count::float as autovacuums
    from pg_stat_user_tables where relname = 'conversations'`;
  if (!counted) throw new Error('no statistics of the table conversations');
  const [primaryKey = 0, ...byUser] = (await indexSizes(sql, 'conversations')).map(({ bytes }) => bytes);
  const table = await heapBytes(sql, 'conversations');
  return { ...counted, table, primaryKey, byUser: byUser.reduce((sum, bytes) => sum + bytes, 0) };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
