import type postgres from 'postgres';
import { connect, type DatabaseServer } from '../db/connect.ts';
import type { BusLog } from './bus.ts';
import { encodeNodeNote } from './notes.ts';
import { within } from './within.ts';

export interface NotifierOptions {
  readonly node: string;
  readonly server: DatabaseServer;
  readonly channel: string;
  readonly log: BusLog;
}

/** PostgreSQL takes less than 8,000 bytes; the header needs some. */
const MAX_PAYLOAD_BYTES = 7900;
/** What may wait for a notification that is under way. */
const MAX_NOTES = 20_000;
const MAX_BYTES = 8 * 1024 * 1024;
const STATEMENT_TIMEOUT_MS = 5000;
const CLOSE_TIMEOUT_MS = 1000;
const RETRY_MS = { first: 100, most: 5000 };
const LOST = encodeNodeNote('lost').text;

/**
 * Sends notes with NOTIFY, on a connection of its own: while one statement is under way notes wait, and the next one carries them all. Notes
 * that cannot be carried are dropped, and the others are told so as soon as they can be told anything.
 */
export class Notifier {
  readonly #options: NotifierOptions;
  #client: postgres.Sql;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #lost = false;
  #closed = false;
  #busy = false;
  /** The statement under way, or the last one. */
  #flushed: Promise<void> = Promise.resolve();
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  /** Numbers the payloads, for PostgreSQL sends two that are equal only once. */
  #payloads = 0;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#client = this.#connect();
  }

  publish(texts: readonly string[]): void {
    for (const text of texts) this.#push(text);
    this.#start();
  }

  /** Gives up the connection, which may hang, and what it was asked. */
  restart(): void {
    void this.#client.end({ timeout: 0 });
    this.#client = this.#connect();
  }

  /** Sends what waits, unless that takes too long. */
  async close(): Promise<void> {
    await within(CLOSE_TIMEOUT_MS, this.#flushed);
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#client.end({ timeout: 0 });
  }

  #push(text: string): void {
    const bytes = Buffer.byteLength(text);
    const isTooMuch = this.#waiting.length >= MAX_NOTES || this.#waitingBytes + bytes > MAX_BYTES;
    if (isTooMuch) this.#drop('more notes wait than are kept');
    if (bytes > MAX_PAYLOAD_BYTES) {
      this.#drop('a note is too large');
      return;
    }
    this.#waiting.push(text);
    this.#waitingBytes += bytes;
  }

  #drop(why: string): void {
    if (!this.#lost && this.#failures === 0)
      this.#options.log.warn({ notes: this.#waiting.length, why }, 'notes for other nodes are lost');
    this.#lost = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #start(): void {
    if (this.#busy || this.#retry || this.#closed) return;
    this.#flushed = this.#flush();
  }

  async #flush(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0 || this.#lost) {
      const payloads = this.#pack(this.#lost ? [LOST, ...this.#waiting] : this.#waiting);
      this.#waiting = [];
      this.#waitingBytes = 0;
      this.#lost = false;
      try {
        const { channel } = this.#options;
        const all = JSON.stringify(payloads);
        await this
          .#client`select pg_notify(${channel}, p) from json_array_elements_text(${all}::text::json) p`;
        if (this.#failures > 0) this.#options.log.info({}, 'other nodes can be notified again');
        this.#failures = 0;
      } catch (err) {
        if (!this.#closed) this.#later(err);
        break;
      }
    }
    this.#busy = false;
  }

  #later(err: unknown): void {
    // Of a failure that goes on it is told once.
    if (this.#failures === 0) this.#options.log.warn({ err }, 'other nodes cannot be notified');
    const wait = Math.min(RETRY_MS.first * 2 ** this.#failures, RETRY_MS.most);
    this.#failures += 1;
    this.#drop('a notification failed');
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#start();
    }, wait);
  }

  /** As many notes to a payload as fit, in order; whose they are comes first, so that one's own are known at a glance. */
  #pack(texts: readonly string[]): string[] {
    const payloads: string[] = [];
    let payload = '';
    let bytes = 0;
    for (const text of texts) {
      const more = Buffer.byteLength(text) + 1;
      if (payload === '' || bytes + more > MAX_PAYLOAD_BYTES) {
        if (payload !== '') payloads.push(payload);
        this.#payloads += 1;
        payload = `${this.#options.node} ${this.#payloads}`;
        bytes = payload.length;
      }
      payload += `\n${text}`;
      bytes += more;
    }
    payloads.push(payload);
    return payloads;
  }

  /** A NOTIFY changes nothing that would have to outlive a crash, so its commit need not wait for the disk. */
  #connect(): postgres.Sql {
    return connect(this.#options.server, {
      max: 1,
      connection: { synchronous_commit: 'off', statement_timeout: STATEMENT_TIMEOUT_MS },
    });
  }
}
