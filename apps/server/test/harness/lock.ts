import type postgres from 'postgres';

/** Keeps everybody from a table until the returned function is called. */
export async function lockTable(sql: postgres.Sql, table: string): Promise<() => Promise<unknown>> {
  let open = () => {};
  const held = new Promise<void>((resolve) => (open = resolve));
  let locked = () => {};
  const isLocked = new Promise<void>((resolve) => (locked = resolve));
  const transaction = sql.begin(async (tx) => {
    await tx`lock table ${tx(table)} in access exclusive mode`;
    locked();
    await held;
  });
  await isLocked;
  return () => {
    open();
    return transaction;
  };
}

/** How many statements wait for a table. */
export async function waitingFor(sql: postgres.Sql, table: string): Promise<number> {
  const waiting = await sql`select 1 from pg_locks where not granted and relation = ${table}::regclass`;
  return waiting.length;
}
