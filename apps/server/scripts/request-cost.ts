// What requests cost PostgreSQL in blocks and in CPU time, with the tables of DATABASE_URL as they are: filled by storage-cost.ts, then cut as
// STORAGE.md says, or not. Sends 11,000 messages there. Runs on the database's own machine, a Linux. Usage: node scripts/request-cost.ts
import { readFileSync } from 'node:fs';
import { drizzle } from 'drizzle-orm/postgres-js';
import type postgres from 'postgres';
import { createContext } from '../src/domain/context.ts';
import { encodePosition } from '../src/domain/conversations/changes.ts';
import { listHeads } from '../src/domain/conversations/heads.ts';
import { listConversations } from '../src/domain/conversations/list.ts';
import { Participants } from '../src/domain/conversations/participants.ts';
import { listMessages } from '../src/domain/messages/list.ts';
import { prepareStore } from '../src/domain/messages/store.ts';
import { memoryEvents } from '../src/events/memory.ts';
import { StartupError } from '../src/startup-error.ts';
import { createMetrics } from '../src/telemetry/metrics.ts';
import { BATCH, pickMany, send, type Target } from './storage/conversations.ts';
import { connect, runScript } from './storage/database.ts';
import { blocksTouched } from './storage/measure.ts';

await runScript(async () => {
  const sql = connect();
  try {
    await measureRequests(sql);
  } finally {
    await sql.end();
  }
});

async function measureRequests(sql: postgres.Sql): Promise<void> {
  const targets = await findTargets(sql);
  const db = drizzle(sql, { casing: 'snake_case' });
  const context = await createContext(
    { db, batchDb: db },
    memoryEvents,
    { messageLength: 10_000, queuedSends: 1 },
    { meter: createMetrics().domain },
  );
  const store = prepareStore(db, new Participants());
  const [now] = await sql<{ position: string }[]>`select pg_current_snapshot()::text as position`;
  const actAs = ({ users: [id] }: Target) => ({ ...context, actor: { id, username: '', display_name: '' } });
  const requests: Record<string, (target: Target) => Promise<unknown>> = {
    'page of 50': (target) =>
      listMessages(actAs(target), { conversation_id: target.id, limit: 50, order: 'desc' }),
    'list of 20': (target) => listConversations(actAs(target), { limit: 20 }),
    heads: (target) => {
      const ctx = actAs(target);
      return listHeads(ctx, { cursor: encodePosition(ctx, now?.position ?? '') });
    },
    'a send': (target) => send(store, [target]),
    [`${BATCH} sends`]: () => send(store, pickMany(targets, BATCH)),
  };
  const costs: Record<string, unknown> = {};
  for (const [name, request] of Object.entries(requests)) {
    const times = name === `${BATCH} sends` ? 200 : 1000;
    const work = () => Promise.all(pickMany(targets, 1).map(request));
    await work(); // connected, prepared
    const before = await cpuTime(sql);
    const blocks = await blocksTouched(sql, times, work);
    const cpu = (await cpuTime(sql)) - before;
    const total = [...blocks.values()].reduce((sum, each) => sum + each, 0);
    costs[name] = { 'CPU ms': Number((cpu / times).toFixed(2)), blocks: Math.round(total) };
  }
  console.table(costs);
}

async function findTargets(sql: postgres.Sql): Promise<Target[]> {
  const rows = await sql<{ id: string; user1Id: string; user2Id: string }[]>`
    select id, user1_id as "user1Id", user2_id as "user2Id" from conversations order by random() limit 10000`.catch(
    () => [],
  );
  if (rows.length === 0)
    throw new StartupError('DATABASE_URL: no conversations there; fill it with storage-cost.ts');
  return rows.map(({ id, user1Id, user2Id }) => ({ id, users: [user1Id, user2Id] }));
}

/** The CPU time of the connection's server process so far, in milliseconds: proc(5), fields 14 and 15, in ticks of 10 ms. */
async function cpuTime(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const [, fields = ''] = readFileSync(`/proc/${row?.pid}/stat`, 'utf8').split(') ');
  const [user, system] = fields.split(' ').slice(11, 13).map(Number);
  return ((user ?? 0) + (system ?? 0)) * 10;
}
