import { connect, type Socket } from 'node:net';
import type { Tally } from './tally.ts';

const HEADERS_END = '\r\n\r\n';
/** Every connection of the process is read into this, one after the other. */
const inbound = Buffer.allocUnsafe(256 * 1024);

/** Requests over some connections that are kept, one at a time on each. */
export class HttpLoad {
  readonly #tally: Tally;
  #channels: Channel[] = [];

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  async start(order: {
    port: number;
    connections: number;
    requests: readonly string[];
    status: number;
  }): Promise<void> {
    const requests = order.requests.map((request) => Buffer.from(request));
    this.#channels = await Promise.all(
      Array.from({ length: order.connections }, async (_, i) => {
        const channel = new Channel(this.#tally, requests, i, order.status);
        await channel.open(order.port);
        return channel;
      }),
    );
    for (const channel of this.#channels) channel.run();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#channels.map((channel) => channel.stop()));
    this.#channels = [];
  }
}

/** One connection: a request, its answer, the next request. */
class Channel {
  readonly #tally: Tally;
  readonly #requests: readonly Buffer[];
  readonly #status: string;
  #next: number;
  #socket: Socket | undefined;
  #since = 0;
  /** What came of a head that is not whole yet. */
  #head = Buffer.alloc(0);
  /** Bytes of the body under way that are still to come. */
  #left = 0;
  #stopped: (() => void) | undefined;

  constructor(tally: Tally, requests: readonly Buffer[], first: number, status: number) {
    this.#tally = tally;
    this.#requests = requests;
    // Connections ask for different things at a time.
    this.#next = first * 7;
    this.#status = `HTTP/1.1 ${status} `;
  }

  async open(port: number): Promise<void> {
    const onread = {
      buffer: inbound,
      callback: (length: number) => {
        this.#take(inbound.subarray(0, length));
        return true;
      },
    };
    const socket = connect({ host: '127.0.0.1', port, noDelay: true, onread });
    this.#socket = socket;
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.on('error', (error) => this.#lose(error.message));
    socket.on('close', () => this.#lose('the connection was closed'));
  }

  run(): void {
    const request = this.#requests[this.#next % this.#requests.length];
    this.#next += 1;
    this.#since = performance.now();
    if (!request) return;
    this.#tally.sent += 1;
    this.#socket?.write(request);
  }

  /** Resolves when the answer under way has come. */
  async stop(): Promise<void> {
    if (this.#socket && !this.#socket.destroyed)
      await new Promise<void>((resolve) => (this.#stopped = resolve));
    this.#socket?.destroy();
  }

  #lose(why: string): void {
    if (!this.#stopped) this.#tally.fault(why);
    this.#stopped?.();
  }

  #take(data: Buffer): void {
    if (this.#left > 0) this.#left -= data.length;
    else if (!this.#begin(data)) return;
    if (this.#left > 0) return;
    if (this.#left < 0) this.#tally.fault('more came than an answer');
    this.#left = 0;
    this.#tally.complete(performance.now() - this.#since);
    if (this.#stopped) this.#stopped();
    else this.run();
  }

  /** Reads the head of an answer. @returns whether it was whole */
  #begin(data: Buffer): boolean {
    const all = this.#head.length > 0 ? Buffer.concat([this.#head, data]) : data;
    const stop = all.indexOf(HEADERS_END);
    if (stop < 0) {
      this.#head = Buffer.from(all);
      return false;
    }
    this.#head = Buffer.alloc(0);
    this.#left = this.#lengthOf(all.toString('latin1', 0, stop)) - (all.length - stop - HEADERS_END.length);
    return true;
  }

  #lengthOf(head: string): number {
    if (!head.startsWith(this.#status)) this.#tally.fault(head);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) this.#tally.fault(`no content-length: ${head}`);
    return Number(length ?? 0);
  }
}
