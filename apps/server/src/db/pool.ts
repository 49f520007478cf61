import { drizzle } from 'drizzle-orm/postgres-js';
import type postgres from 'postgres';
import type { Database, RunQuery } from './client.ts';
import { connect, type DatabaseServer } from './connect.ts';
import { DatabaseUnavailable, SERIALIZATION_FAILURE, sqlStateOf } from './errors.ts';
import { Gate } from './gate.ts';

export interface PoolOptions {
  readonly server: DatabaseServer;
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

/** A connection that nobody needed for so long is let go: others may have few. */
const IDLE_SECONDS = 60;

/** Column names are the TypeScript ones in snake_case. */
export const casing = 'snake_case';

export function openPool({ server, max, settings, isAway, onAnswer, onFailure }: PoolOptions): Pool {
  const open = () => connect(server, { max, idle_timeout: IDLE_SECONDS, connection: settings });
  const gate = new Gate(max);
  let client = open();

  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    if (isAway()) throw new DatabaseUnavailable('the database is away');
    try {
      const result = await gate.pass(() => work().catch(again(work)));
      onAnswer();
      return result;
    } catch (error) {
      onFailure(error);
      throw error;
    }
  }

  // Without `simple` the driver would send what has no parameters by another protocol, in which no settings go with it.
  const send: Send = (text, values, options) =>
    client.unsafe(text, values, Object.assign({ simple: false }, options));
  const unsafe: (...statement: Sent) => Statement = (...statement) => new Statement(attempt, send, statement);
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
        const rows = await send(text, [...values], { prepare: true });
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

/** Once more what PostgreSQL undid for meeting another transaction. */
const again =
  <T>(work: () => Promise<T>) =>
  (error: unknown) => {
    if (sqlStateOf(error) !== SERIALIZATION_FAILURE) throw error;
    return work();
  };

type Sent = Parameters<postgres.Sql['unsafe']>;
type Send = (...statement: Sent) => ReturnType<postgres.Sql['unsafe']>;
type Attempt = <T>(work: () => Promise<T>) => Promise<T>;

/** A statement as the driver hands them out: it is sent when somebody waits for it, or asks for the values of its rows alone. */
class Statement implements PromiseLike<unknown> {
  readonly #attempt: Attempt;
  readonly #send: Send;
  readonly #statement: Sent;
  #rows: Promise<unknown> | undefined;

  constructor(attempt: Attempt, send: Send, statement: Sent) {
    this.#attempt = attempt;
    this.#send = send;
    this.#statement = statement;
  }

  // biome-ignore lint/suspicious/noThenProperty: drizzle awaits it
  then<A, B>(
    done: (rows: unknown) => A | PromiseLike<A>,
    failed: (error: unknown) => B | PromiseLike<B>,
  ): Promise<A | B> {
    this.#rows ??= this.#attempt<unknown>(() => this.#send(...this.#statement));
    return this.#rows.then(done, failed);
  }

  values(): Promise<unknown> {
    return this.#attempt(() => this.#send(...this.#statement).values());
  }
}
