import { connect, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import type { Bus, BusListener, BusLog, Note } from './bus.ts';
import type { Following, Topic } from './events.ts';
import { natsOptions, RECONNECT_MS } from './nats-options.ts';
import { encodeNodeNote } from './notes.ts';
import { within } from './within.ts';

export interface NatsBusOptions {
  readonly node: string;
  /** `nats://` or `tls://`; a user and password, or a token, may be in it. */
  readonly natsUrl: string;
  /** What the subjects begin with: the same for the nodes that belong together, and no others. */
  readonly prefix: string;
  readonly log: BusLog;
}

/** How long somebody who begins to follow waits for the server; after that the connection is as good as away. */
const CONFIRM_TIMEOUT_MS = 2000;
const CLOSE_TIMEOUT_MS = 1000;
const LOST = encodeNodeNote('lost').text;
const ALIVE = encodeNodeNote('alive').text;

/** NATS core: a subject for each topic, so that a node receives what concerns it and no more. */
export class NatsBus implements Bus {
  readonly node: string;
  readonly #options: NatsBusOptions;
  readonly #everyNode: string;
  readonly #subscriptions = new Map<string, Subscription | undefined>();
  /** The number of each node's last note: one that concerns two people who are followed here comes twice, in a row. */
  readonly #last = new Map<string, string>();
  /** Somebody who follows may have been told that it is active: from then on things can be missed. */
  #isActive = false;
  readonly #active: Promise<void>;
  #connectedOnce = () => {};
  #listener: BusListener | undefined;
  #connection: NatsConnection | undefined;
  #isUp = false;
  #confirmation: Promise<void> | undefined;
  #published = 0;
  #lost = false;
  #isClosed = false;

  constructor(options: NatsBusOptions) {
    this.node = options.node;
    this.#options = options;
    this.#everyNode = `${options.prefix}.nodes`;
    this.#subscriptions.set(this.#everyNode, undefined);
    const connected = new Promise<void>((resolve) => {
      this.#connectedOnce = resolve;
    });
    this.#active = within(CONFIRM_TIMEOUT_MS, connected).then(() => {
      this.#isActive = true;
    });
  }

  start(listener: BusListener): void {
    this.#listener = listener;
    void this.#run();
  }

  publish(notes: readonly Note[]): void {
    for (const { topics, text } of notes) {
      const payload = this.#payload(text);
      // That it lives a node says again and again: nothing is lost with it.
      if (topics.length === 0 && !this.#send(this.#everyNode, payload)) this.#lost ||= text !== ALIVE;
      for (const topic of topics) {
        if (!this.#send(this.#subjectOf(topic), payload)) this.#lost = true;
      }
    }
  }

  follow(topic: Topic): Following {
    const subject = this.#subjectOf(topic);
    this.#subscriptions.set(subject, this.#connection && this.#subscribe(this.#connection, subject));
    return {
      // Away later on, there is nothing to wait for: when it comes back, what was missed is made up for.
      active: this.#connection && this.#isUp ? this.#confirm(this.#connection) : this.#active,
      end: () => {
        this.#subscriptions.get(subject)?.unsubscribe();
        this.#subscriptions.delete(subject);
      },
    };
  }

  check(): boolean {
    return this.#isUp;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#listener = undefined;
    this.#connectedOnce();
    if (this.#isUp && this.#connection) await within(CLOSE_TIMEOUT_MS, this.#connection.flush());
    await this.#connection?.close();
  }

  /** The client reconnects by itself; only the first connection, and what it thinks is final, are tried again here. */
  async #run(): Promise<void> {
    const { natsUrl, log } = this.#options;
    while (!this.#isClosed) {
      try {
        const connection = await connect(natsOptions(natsUrl));
        await (this.#isClosed ? connection.close() : this.#use(connection));
      } catch (err) {
        log.warn({ err }, 'NATS cannot be reached');
      }
      this.#down();
      this.#connection = undefined;
      for (const subject of this.#subscriptions.keys()) this.#subscriptions.set(subject, undefined);
      if (!this.#isClosed) await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  }

  /** Resolves when the connection is closed for good. */
  async #use(connection: NatsConnection): Promise<void> {
    const { log } = this.#options;
    this.#connection = connection;
    for (const subject of this.#subscriptions.keys()) {
      this.#subscriptions.set(subject, this.#subscribe(connection, subject));
    }
    void this.#up(connection);
    for await (const status of connection.status()) {
      if (status.type === 'reconnect') void this.#up(connection);
      if (status.type === 'error') log.warn({ err: status.error }, 'NATS reports an error');
      if (status.type === 'disconnect' && this.#isUp) {
        log.warn({}, 'NATS is away');
        this.#down();
      }
    }
  }

  /** Connected, perhaps again: whatever was said meanwhile is lost on both ways. */
  async #up(connection: NatsConnection): Promise<void> {
    this.#isUp = true;
    this.#last.clear();
    this.#options.log.info({}, 'connected to NATS');
    if (this.#lost) this.#lost = !this.#send(this.#everyNode, this.#payload(LOST));
    this.#listener?.opened();
    await this.#confirm(connection);
    this.#connectedOnce();
    if (this.#isActive) this.#listener?.missed();
  }

  /** What was on its way is lost, too. */
  #down(): void {
    if (this.#isUp) this.#lost = true;
    this.#isUp = false;
  }

  #payload(text: string): string {
    this.#published += 1;
    return `${this.node} ${this.#published}\n${text}`;
  }

  /** @returns whether the note is on its way */
  #send(subject: string, payload: string): boolean {
    if (!this.#connection || !this.#isUp) return false;
    try {
      this.#connection.publish(subject, payload);
      return true;
    } catch (err) {
      this.#options.log.warn({ err }, 'a note for other nodes is lost');
      return false;
    }
  }

  #subscribe(connection: NatsConnection, subject: string): Subscription {
    return connection.subscribe(subject, {
      callback: (err, message) => {
        if (err) {
          this.#options.log.error({ err }, 'NATS does not let this node subscribe');
          return;
        }
        const [header = '', text] = message.string().split('\n');
        const [node = '', number = ''] = header.split(' ');
        if (text === undefined || this.#last.get(node) === number) return;
        this.#last.set(node, number);
        this.#listener?.hear(node, [text]);
      },
    });
  }

  /** The server takes commands in order: once it answers a ping it has every subscription before it. One ping for all that came at once. */
  #confirm(connection: NatsConnection): Promise<void> {
    this.#confirmation ??= Promise.resolve().then(() => {
      this.#confirmation = undefined;
      return within(CONFIRM_TIMEOUT_MS, connection.flush());
    });
    return this.#confirmation;
  }

  /** A topic may hold any character, a subject may not. */
  #subjectOf(topic: Topic): string {
    return `${this.#options.prefix}.topic.${Buffer.from(topic).toString('base64url')}`;
  }
}
