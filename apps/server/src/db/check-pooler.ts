import { randomUUID } from 'node:crypto';
import type postgres from 'postgres';
import { StartupError } from '../startup-error.ts';
import type { ServerNeeds } from './check-server.ts';
import { connect, type DatabaseServer } from './connect.ts';
import { PROTOCOL_VIOLATION, sqlStateOf } from './errors.ts';

/** What a pooler does it does at once; this is for a machine that is slow. */
const PATIENCE_MS = 5000;

/**
 * Looks whether a pooler gives what a node needs.
 * @throws StartupError with the one thing that is to be changed
 */
export async function checkPooler(
  server: DatabaseServer,
  { connections, notifications }: ServerNeeds,
): Promise<void> {
  if (!(await using(server, 1, hasTransactions)))
    throw new StartupError(
      'DATABASE_URL: the pooler knows no transactions ("pool_mode = session", or "transaction" with NATS_URL)',
    );
  if (notifications && !(await using(server, 2, hears)))
    throw new StartupError(
      'DATABASE_URL: the pooler passes no notifications on; set NATS_URL, or its "pool_mode = session"',
    );
  if (connections !== undefined && !(await using(server, connections, (sql) => givesAll(sql, connections))))
    throw new StartupError(
      `DATABASE_CONNECTIONS: a node takes ${connections}, and the pooler gives fewer ("default_pool_size" is for all nodes)`,
    );
}

async function using(
  server: DatabaseServer,
  max: number,
  look: (sql: postgres.Sql) => Promise<boolean>,
): Promise<boolean> {
  const sql = connect(server, { max });
  try {
    return await look(sql);
  } finally {
    await sql.end({ timeout: 0 });
  }
}

/** PgBouncer's `statement` mode closes the connection that begins one. */
async function hasTransactions(sql: postgres.Sql): Promise<boolean> {
  try {
    await sql.begin((tx) => tx`select 1`);
    return true;
  } catch (error) {
    if (![undefined, PROTOCOL_VIOLATION].includes(sqlStateOf(error))) throw error;
    await sql`select 1`.simple(); // it is there
    return false;
  }
}

/** In `transaction` mode whoever listens does not hear. */
async function hears(sql: postgres.Sql): Promise<boolean> {
  const channel = `duet_${randomUUID()}`;
  const heard = Promise.withResolvers<void>();
  await sql.listen(channel, () => heard.resolve());
  await sql.notify(channel, '');
  return inTime(heard.promise);
}

/** In `session` mode each connection keeps one of the pooler's, and whoever comes when there is none left waits for minutes. */
async function givesAll(sql: postgres.Sql, connections: number): Promise<boolean> {
  const asked = Array.from({ length: connections }, () => sql`select 1`.simple());
  const answered = Promise.all(asked);
  answered.catch(() => {}); // of those that are given up
  return inTime(answered);
}

async function inTime(promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, false);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
