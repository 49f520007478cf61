// What messages cost PostgreSQL in bytes, blocks and write-ahead log. Fills the empty database at DATABASE_URL, the way it would fill in
// use: in small batches, every message in a conversation picked at random. Usage: node scripts/storage-cost.ts --rows 1000000 [--random-ids]
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import type postgres from 'postgres';
import { Participants } from '../src/domain/conversations/participants.ts';
import { prepareStore, type Store } from '../src/domain/messages/store.ts';
import {
  BATCH,
  fill,
  makeConversations,
  pickMany,
  randomUUID7,
  send,
  type Target,
} from './storage/conversations.ts';
import { parseCount, runScript, withEmptyDatabase } from './storage/database.ts';
import { blocksTouched, heapBytes, type IndexSize, indexSizes, walBytes } from './storage/measure.ts';

const MESSAGES_A_CONVERSATION = 100;
const SAMPLES = 500;
const LARGE = [100_000_000, 1_000_000_000];

await runScript(async () => {
  const { values } = parseArgs({ options: { rows: { type: 'string' }, 'random-ids': { type: 'boolean' } } });
  const rows = parseCount('--rows', values.rows, 100_000);
  await withEmptyDatabase(async ({ sql, db }) => {
    const store = prepareStore(db, new Participants());
    const targets = await makeConversations(sql, rows / MESSAGES_A_CONVERSATION);
    await fill(store, targets, rows, values['random-ids'] ? randomUUID : randomUUID7);
    await sql`vacuum analyze`;
    console.log(`${rows} messages in ${targets.length} conversations`);
    await printSizes(sql, rows);
    await printBlocks(sql, store, targets);
    await printWal(sql, store, targets);
  });
});

async function printSizes(sql: postgres.Sql, rows: number): Promise<void> {
  const heap = await heapBytes(sql, 'messages');
  const indexes = await indexSizes(sql, 'messages');
  const total = heap + indexes.reduce((sum, { bytes }) => sum + bytes, 0);
  const size = (bytes: number) => ({
    'bytes a message': Math.round(bytes / rows),
    ...Object.fromEntries([rows, ...LARGE].map((n) => [`GB at ${n}`, round((bytes / rows) * n * 1e-9)])),
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

/** The leaves, and as many levels over them as the fan-out needs to come together in one root. */
function levelsAt(index: IndexSize, rows: number, n: number): number {
  const leaves = (index.leafPages / rows) * n;
  return 1 + Math.ceil(Math.log(leaves) / Math.log(index.fanOut));
}

async function printBlocks(sql: postgres.Sql, store: Store, targets: readonly Target[]): Promise<void> {
  const works: Record<string, () => Promise<unknown>> = {
    'page of 50': onEach(
      targets,
      ({ id }) => sql`select * from messages where conversation_id = ${id} order by seq desc limit 50`,
    ),
    'is it there': onEach(
      targets,
      ({ id }) => sql`select * from messages where conversation_id = ${id} and message_id = ${randomUUID()}`,
    ),
    'a send': onEach(targets, (target) => send(store, [target])),
  };
  const columns: [string, Map<string, number>][] = [];
  for (const [name, work] of Object.entries(works))
    columns.push([name, await blocksTouched(sql, SAMPLES, work)]);
  const batches = await blocksTouched(sql, SAMPLES, () => send(store, pickMany(targets, BATCH)));
  columns.push([`a send of ${BATCH}`, new Map([...batches].map(([name, blocks]) => [name, blocks / BATCH]))]);
  const tables = [...new Set(columns.flatMap(([, blocks]) => [...blocks.keys()]))].sort();
  console.log('\nBlocks of 8 kB touched, in memory or not:');
  console.table(
    Object.fromEntries(
      tables.map((table) => [
        table,
        Object.fromEntries(columns.map(([name, blocks]) => [name, round(blocks.get(table) ?? 0)])),
      ]),
    ),
  );
}

function onEach(targets: readonly Target[], work: (target: Target) => Promise<unknown>) {
  return () => Promise.all(pickMany(targets, 1).map(work));
}

async function printWal(sql: postgres.Sql, store: Store, targets: readonly Target[]): Promise<void> {
  const measure = async (size: number) => {
    const chosen = pickMany(targets, 1000);
    const sendAll = async () => {
      for (let at = 0; at < chosen.length; at += size) await send(store, chosen.slice(at, at + size));
    };
    await sql`checkpoint`;
    // The first change of a page after a checkpoint logs the page as a whole; the second one does not.
    const first = await walBytes(sql, sendAll);
    const second = await walBytes(sql, sendAll);
    return {
      'pages untouched since the checkpoint': Math.round(first / chosen.length),
      'touched before': Math.round(second / chosen.length),
    };
  };
  console.log('\nBytes of write-ahead log a send:');
  console.table({ 'one at a time': await measure(1), [`${BATCH} at a time`]: await measure(BATCH) });
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}
