import { Worker } from 'node:worker_threads';
import { createPostgres } from '@duet/testing/database';
import { PATIENCE_MS } from '@duet/testing/wait';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { connect } from '../../src/db/connect.ts';

test('a query goes out at once, though the process is busy from then on', async () => {
  const database = await createPostgres();
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const seen = new Int32Array(new SharedArrayBuffer(4));
  const watcher = new Worker(new URL('./driver-watcher.ts', import.meta.url), {
    workerData: { url: database.url, key: 2, seen },
  });
  try {
    const lock = (key: number) => sql`select pg_advisory_lock(${key})`;
    await lock(1); // connected and prepared
    const answer = lock(2).execute();
    await new Promise<void>((resolve) => process.nextTick(resolve)); // before any turn of the event loop
    // From now on this thread does nothing else, until another one has seen what the query did.
    expect(Atomics.wait(seen, 0, 0, PATIENCE_MS)).not.toBe('timed-out');
    await answer;
  } finally {
    await watcher.terminate();
    await sql.end();
    await database.drop();
  }
});

test('connections that are let go for idling cost no query, whenever it comes', async () => {
  const database = await createPostgres();
  const sql = connect({ url: database.url, pooled: undefined }, { max: 3, idle_timeout: 0.01 });
  try {
    for (let round = 0; round < 96; round += 1) {
      const answers = await Promise.all([1, 2, 3].slice(round % 3).map((n) => sql`select ${n}::int as n`));
      expect(answers).toHaveLength(3 - (round % 3));
      // Now before they idle for so long, now after it, now in the same moment.
      await new Promise((resolve) => setTimeout(resolve, round % 16));
    }
  } finally {
    await sql.end();
    await database.drop();
  }
});
