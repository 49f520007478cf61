import { createPostgres } from '@duet/testing/database';
import postgres from 'postgres';
import { expect, test } from 'vitest';

/** So long this process does nothing else. */
const BUSY_MS = 500;

test('a query goes out at once, though the process is busy from then on', async () => {
  const database = await createPostgres();
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  try {
    const startedAt = () => sql<{ at: Date }[]>`select clock_timestamp() as at`;
    await startedAt(); // connected and prepared
    const asked = Date.now();
    const answer = startedAt().execute();
    await new Promise<void>((resolve) => process.nextTick(resolve)); // before any turn of the event loop
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MS);
    const [row] = await answer;
    expect(row?.at.getTime()).toBeLessThan(asked + BUSY_MS / 2);
  } finally {
    await sql.end();
    await database.drop();
  }
});
