import { workerData } from 'node:worker_threads';
import postgres from 'postgres';

// Says when somebody holds an advisory lock, to a thread that waits for nothing else.

const { url, key, seen } = workerData;
const sql = postgres(url, { max: 1, onnotice: () => {} });
for (let held = 0; held === 0; ) {
  const rows = await sql`
    select 1 from pg_locks where locktype = 'advisory' and objid = ${key} and granted
      and database = (select oid from pg_database where datname = current_database())`;
  held = rows.length;
}
await sql.end();
Atomics.store(seen, 0, 1);
Atomics.notify(seen, 0);
