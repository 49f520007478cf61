import { setTimeout as sleep } from 'node:timers/promises';
import type postgres from 'postgres';
import { connect, type DatabaseServer } from './connect.ts';
import { sqlStateOf, TOO_MANY_CONNECTIONS } from './errors.ts';

/** Where it is told; no parameter of a statement, and so nobody's message, may get there. */
export interface DatabaseLog {
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
  error(about: object, message: string): void;
}

export interface PulseOptions {
  readonly server: DatabaseServer;
  readonly log: DatabaseLog;
  /** Once, when it is known to be away. */
  readonly onAway: () => void;
  /** Once, when it answers again. */
  readonly onBack: () => void;
}

const EVERY_MS = { well: 1000, away: 250 };
/** Without an answer for this long, on any connection, the database is away. */
const SILENCE_MS = 3000;

/** Whether PostgreSQL is there: it is asked every second, on a connection of its own, and whenever somebody else had no answer. */
export class Pulse {
  readonly #options: PulseOptions;
  #client: postgres.Sql;
  #isAway = false;
  #awaySince = 0;
  #heardAt = performance.now();
  #asked: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: PulseOptions) {
    this.#options = options;
    this.#client = this.#connect();
    this.#later();
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  /** The database answered something, somewhere. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  /** Asks, now or with whoever asks already. Rejects when there is no answer. */
  ask(): Promise<void> {
    this.#asked ??= this.#ask().finally(() => {
      this.#asked = undefined;
      this.#later();
    });
    return this.#asked;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#client.end({ timeout: 0 });
  }

  async #ask(): Promise<void> {
    try {
      // A connection that broke says nothing of the database: another one does.
      await this.#answer().catch((error: unknown) => {
        if (this.#isAway || this.#closed || error instanceof Silence || sqlStateOf(error)) throw error;
        this.#renew();
        return this.#answer();
      });
      this.heard();
      if (!this.#isAway || this.#closed) return;
      this.#isAway = false;
      const ms = Math.round(performance.now() - this.#awaySince);
      this.#options.log.info({ ms }, 'the database is back');
      this.#options.onBack();
    } catch (err) {
      const isThere =
        sqlStateOf(err) === TOO_MANY_CONNECTIONS ||
        (err instanceof Silence && performance.now() - this.#heardAt < SILENCE_MS);
      if (!isThere && !this.#isAway && !this.#closed) {
        this.#isAway = true;
        this.#awaySince = performance.now();
        this.#options.log.error({ err }, 'the database is away');
        this.#options.onAway();
      }
      throw err;
    }
  }

  async #answer(): Promise<void> {
    const timeout = new AbortController();
    const silence = sleep(SILENCE_MS, undefined, { signal: timeout.signal }).then(async () => {
      await sleep(0); // the answer may be here, and it was this process that stood still
      throw new Silence('no answer');
    });
    const answer = this.#client`select 1`.simple();
    try {
      await Promise.race([answer, silence]);
    } catch (error) {
      if (error instanceof Silence) this.#renew();
      throw error;
    } finally {
      timeout.abort();
      silence.catch(() => {});
      answer.catch(() => {});
    }
  }

  #later(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const wait = this.#isAway ? EVERY_MS.away : EVERY_MS.well;
    this.#timer = setTimeout(() => void this.ask().catch(() => {}), wait);
  }

  #renew(): void {
    void this.#client.end({ timeout: 0 });
    this.#client = this.#connect();
  }

  #connect(): postgres.Sql {
    return connect(this.#options.server, { max: 1 });
  }
}

/** It did not say no; it said nothing. */
class Silence extends Error {}
