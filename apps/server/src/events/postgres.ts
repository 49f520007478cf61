import type postgres from 'postgres';
import { connect, type DatabaseServer } from '../db/connect.ts';
import { BEAT_MS, type Bus, type BusListener, type BusLog, type Note } from './bus.ts';
import type { Following } from './events.ts';
import { Notifier } from './notifier.ts';
import { within } from './within.ts';

export interface PostgresBusOptions {
  readonly node: string;
  readonly server: DatabaseServer;
  /** The same for the nodes that belong together, and no others in this database. */
  readonly channel: string;
  readonly log: BusLog;
}

/** How long somebody who begins to follow waits for the first connection; without it there is nothing to wait for. */
const FIRST_LISTEN_MS = 2000;
/** Without a word of its own for this long a connection hangs, though nobody said so. */
const DEAF_AFTER_MS = 10_000;

/** LISTEN and NOTIFY of the database that the nodes share anyway: every note goes to every node. */
export class PostgresBus implements Bus {
  readonly node: string;
  readonly #options: PostgresBusOptions;
  readonly #notifier: Notifier;
  /** Somebody who follows may have been told that it is active: from then on things can be missed. */
  #isActive = false;
  readonly #active: Promise<void>;
  #listenedOnce = () => {};
  #listener: BusListener | undefined;
  #client: postgres.Sql | undefined;
  /** This node hears itself, which tells that the way there and back is open. */
  #heardMyselfAt = performance.now();
  #isDeaf = false;

  constructor(options: PostgresBusOptions) {
    this.node = options.node;
    this.#options = options;
    this.#notifier = new Notifier(options);
    const listening = new Promise<void>((resolve) => {
      this.#listenedOnce = resolve;
    });
    this.#active = within(FIRST_LISTEN_MS, listening).then(() => {
      this.#isActive = true;
    });
  }

  start(listener: BusListener): void {
    this.#listener = listener;
    this.#listen();
  }

  publish(notes: readonly Note[]): void {
    this.#notifier.publish(notes.map(({ text }) => text));
  }

  follow(): Following {
    // Away later on, there is nothing to wait for: when it comes back, what was missed is made up for.
    return { active: this.#active, end: () => {} };
  }

  check(): boolean {
    const silence = performance.now() - this.#heardMyselfAt;
    if (silence > DEAF_AFTER_MS) {
      if (!this.#isDeaf) {
        this.#options.log.warn(
          {},
          'this node does not hear its own notifications: its connections are made anew; a pooler in transaction mode has none, set NATS_URL behind one',
        );
      }
      this.#isDeaf = true; // told once, until it hears again
      this.#heardMyselfAt = performance.now();
      this.#notifier.restart();
      this.#listen();
    }
    return silence < 2 * BEAT_MS;
  }

  async close(): Promise<void> {
    this.#listener = undefined;
    this.#listenedOnce();
    await this.#notifier.close();
    await this.#client?.end({ timeout: 0 });
  }

  /** On a connection of its own, which the driver makes anew whenever it breaks. */
  #listen(): void {
    const { server, channel, log } = this.#options;
    void this.#client?.end({ timeout: 0 });
    const client = connect(server, {});
    this.#client = client;
    const hear = (payload: string) => this.#client === client && this.#hear(payload);
    const onListen = () => this.#client === client && this.#onListen();
    client.listen(channel, hear, onListen).catch((err: unknown) => {
      if (this.#client === client && this.#listener && !this.#isDeaf)
        log.warn({ err }, 'notifications cannot be listened to yet');
    });
  }

  #onListen(): void {
    this.#heardMyselfAt = performance.now();
    this.#listener?.opened();
    this.#listenedOnce();
    if (this.#isActive) this.#listener?.missed();
  }

  #hear(payload: string): void {
    if (payload.startsWith(this.node)) {
      this.#heardMyselfAt = performance.now();
      this.#isDeaf = false;
      return;
    }
    const [header = '', ...texts] = payload.split('\n');
    this.#listener?.hear(header.split(' ', 1)[0] ?? '', texts);
  }
}
