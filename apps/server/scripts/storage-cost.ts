// What messages cost PostgreSQL in bytes, blocks and write-ahead log. Fills the empty database at DATABASE_URL, the way it would fill in
// use: in small batches, every message in a conversation picked at random. Usage: node scripts/storage-cost.ts --rows 1000000 [--random-ids]
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import type postgres from 'postgres';
import { StartupError } from '../src/startup-error.ts';
import { openEmptyDatabase, runScript } from './storage/database.ts';
import { blocksTouched, heapBytes, type IndexSize, indexSizes, walBytes } from './storage/measure.ts';
import { BATCH, fill, makeConversations, pick, randomUUID7, send, type Target } from './storage/send.ts';

const MESSAGES_A_CONVERSATION = 100;
const SAMPLES = 500;
const LARGE = [100_000_000, 1_000_000_000];

await runScript(async () => {
  const { values } = parseArgs({ options: { rows: { type: 'string' }, 'random-ids': { type: 'boolean' } } });
  const rows = Number(values.rows);
  if (!Number.isInteger(rows) || rows < 100_000)
    throw new StartupError('--rows: how many messages to write, at least 100000');
  const messageId = values['random-ids'] ? randomUUID : randomUUID7;
  const sql = await openEmptyDatabase();
  try {
    const targets = await makeConversations(sql, rows / MESSAGES_A_CONVERSATION);
    const started = performance.now();
    await fill(sql, targets, rows, messageId);
    const seconds = Math.round((performance.now() - started) / 1000);
    console.log(`${rows} messages in ${targets.length} conversations, written in ${seconds} s\n`);
    await sql`vacuum analyze`;
    await printSizes(sql, rows);
    await printWork(sql, targets);
  } finally {
    await sql.end();
  }
});

async function printSizes(sql: postgres.Sql, rows: number): Promise<void> {
  const heap = await heapBytes(sql, 'messages');
  const indexes = await indexSizes(sql, 'messages');
  const total = heap + indexes.reduce((sum, { bytes }) => sum + bytes, 0);
  const size = (bytes: number) => ({
    'bytes a message': Math.round(bytes / rows),
    ...Object.fromEntries([rows, ...LARGE].map((n) => [`GB at ${n}`, gigabytes((bytes / rows) * n)])),
  });
  console.table({
    messages: size(heap),
    ...Object.fromEntries(indexes.map((index) => [index.name, size(index.bytes)])),
    together: size(total),
  });
  const depth = (index: IndexSize) => ({
    'leaves full %': Math.round(index.density),
    'entries a leaf': Math.round(rows / index.leafPages),
    'fan-out': Math.round(index.fanOut),
    [`levels at ${rows}`]: index.levels,
    ...Object.fromEntries(LARGE.map((n) => [`levels at ${n}`, levelsAt(index, rows, n)])),
  });
  console.table(Object.fromEntries(indexes.map((index) => [index.name, depth(index)])));
}

/** A root over as many levels as the fan-out needs to reach every leaf. */
function levelsAt(index: IndexSize, rows: number, n: number): number {
  const leaves = (index.leafPages / rows) * n;
  return 1 + Math.ceil(Math.log(leaves) / Math.log(index.fanOut));
}

async function printWork(sql: postgres.Sql, targets: readonly Target[]): Promise<void> {
  const some = Array.from({ length: SAMPLES }, () => pick(targets));
  const each = (work: (target: Target) => Promise<unknown>) => {
    const next = some.values();
    return blocksTouched(sql, SAMPLES, () => work(next.next().value ?? pick(targets)));
  };
  const newest = await each(
    ({ id }) => sql`select * from messages where conversation_id = ${id} order by seq desc limit 50`,
  );
  const duplicate = await each(
    ({ id }) => sql`select * from messages where conversation_id = ${id} and message_id = ${randomUUID()}`,
  );
  const one = await each((target) => send(sql, [target]));
  const batch = await blocksTouched(sql, SAMPLES / BATCH, () =>
    send(
      sql,
      Array.from({ length: BATCH }, () => pick(targets)),
    ),
  );
  const ofBatch = new Map([...batch].map(([name, blocks]) => [name, blocks / BATCH]));
  const names = new Set([newest, duplicate, one, ofBatch].flatMap((blocks) => [...blocks.keys()]));
  const row = (name: string) =>
    Object.fromEntries(
      Object.entries({
        'page of 50': newest,
        'is it there already': duplicate,
        'a send': one,
        'a send of 50': ofBatch,
      }).map(([work, blocks]) => [work, Math.round((blocks.get(name) ?? 0) * 10) / 10]),
    );
  console.log('\nBlocks touched, 8 kB each:');
  console.table(Object.fromEntries([...names].sort().map((name) => [name, row(name)])));

  console.log('\nBytes of write-ahead log a send:');
  const wal = async (size: number) => {
    const chosen = Array.from({ length: 1000 }, () => pick(targets));
    const sendAll = async () => {
      for (let at = 0; at < chosen.length; at += size) await send(sql, chosen.slice(at, at + size));
    };
    await sql`checkpoint`;
    // The first change of a page after a checkpoint logs the page as a whole; the second one does not.
    const first = await walBytes(sql, sendAll);
    const later = await walBytes(sql, sendAll);
    return {
      'pages not touched since the checkpoint': Math.round(first / chosen.length),
      'touched before': Math.round(later / chosen.length),
    };
  };
  console.table({ 'one at a time': await wal(1), [`${BATCH} at a time`]: await wal(BATCH) });
}

function gigabytes(bytes: number): number {
  return Math.round(bytes / 1e8) / 10;
}
