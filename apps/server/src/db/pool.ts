import { drizzle } from 'drizzle-orm/postgres-js';
import type postgres from 'postgres';
import type { Database, RunQuery } from './client.ts';
import { connect } from './connect.ts';
import { DatabaseUnavailable } from './errors.ts';
import { Gate } from './gate.ts';

export interface PoolOptions {
  readonly url: string;
  /** Connections. */
  readonly max: number;
  /** Of each connection. */
  readonly settings: Record<string, number | string>;
  readonly isAway: () => boolean;
  readonly onAnswer: () => void;
  readonly onFailure: (error: unknown) => void;
}

/** Connections that fail soon when the database does not answer, and are made anew when it is another one. */
export interface Pool {
  readonly db: Database;
  readonly run: RunQuery;
  /** Makes new connections; what is under way on the old ones has `graceMs` to end, and without any nobody waits for one. */
  renew(graceMs: number): void;
  close(graceMs: number): Promise<void>;
}

/** Column names are the TypeScript ones in snake_case. */
export const casing = 'snake_case';

export function openPool({ url, max, settings, isAway, onAnswer, onFailure }: PoolOptions): Pool {
  const open = () => connect(url, { max, connection: settings });
  const gate = new Gate(max);
  let client = open();

  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    if (isAway()) throw new DatabaseUnavailable('the database is away');
    try {
      const result = await gate.pass(work);
      onAnswer();
      return result;
    } catch (error) {
      onFailure(error);
      throw error;
    }
  }

  /** As the driver's: the rows, or on demand their values alone. */
  function unsafe(...statement: Parameters<postgres.Sql['unsafe']>) {
    let asValues = false;
    const result = attempt(async () => {
      await null; // drizzle says how it wants them after the call
      const query = client.unsafe(...statement);
      return asValues ? query.values() : query;
    });
    const values = () => {
      asValues = true;
      return result;
    };
    return Object.assign(result, { values });
  }
  const begin = <T>(work: (tx: postgres.TransactionSql) => Promise<T>) => attempt(() => client.begin(work));

  // What drizzle uses of a client.
  const guarded = new Proxy(client, {
    get: (_, name) =>
      name === 'unsafe' ? unsafe : name === 'begin' ? begin : Reflect.get(client, name, client),
  });
  const db = drizzle(guarded, { casing });
  return {
    db,
    run: (text, values) =>
      attempt(async () => {
        const rows = await client.unsafe(text, [...values], { prepare: true });
        return { rows, rowCount: rows.count };
      }),
    renew: (graceMs) => {
      const old = client;
      client = open();
      if (graceMs === 0) gate.clear(new DatabaseUnavailable('the database is away'));
      // How drizzle reads and writes values.
      Object.assign(client.options.parsers, old.options.parsers);
      Object.assign(client.options.serializers, old.options.serializers);
      void old.end({ timeout: graceMs / 1000 });
    },
    close: (graceMs) => client.end({ timeout: graceMs / 1000 }),
  };
}
