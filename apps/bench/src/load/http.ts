import { connect, type Socket } from 'node:net';
import type { Tally } from './tally.ts';

const HEADERS_END = '\r\n\r\n';

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
  /** Bytes of the answer under way that are still to come; its head first. */
  #left = 0;
  #head = '';
  #stopped: (() => void) | undefined;

  constructor(tally: Tally, requests: readonly Buffer[], first: number, status: number) {
    this.#tally = tally;
    this.#requests = requests;
    this.#next = first * 7;
    this.#status = `HTTP/1.1 ${status} `;
  }

  async open(port: number): Promise<void> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.#socket = socket;
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.on('error', (error) => this.#lose(error.message));
    socket.on('close', () => this.#lose('the connection was closed'));
    socket.on('data', (data) => this.#take(data));
  }

  run(): void {
    const request = this.#requests[this.#next % this.#requests.length];
    this.#next += 1;
    this.#since = performance.now();
    if (request) this.#socket?.write(request);
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
    let length = data.length;
    if (this.#left === 0) {
      this.#head += data.toString('latin1');
      const stop = this.#head.indexOf(HEADERS_END);
      if (stop < 0) return;
      this.#left = this.#lengthOf(this.#head.slice(0, stop));
      length = this.#head.length - stop - HEADERS_END.length;
      this.#head = '';
    }
    this.#left -= length;
    if (this.#left > 0) return;
    if (this.#left < 0) this.#tally.fault('more came than an answer');
    this.#left = 0;
    this.#tally.complete(performance.now() - this.#since);
    if (this.#stopped) this.#stopped();
    else this.run();
  }

  #lengthOf(head: string): number {
    if (!head.startsWith(this.#status)) this.#tally.fault(head);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) this.#tally.fault(`no content-length: ${head}`);
    return Number(length ?? 0);
  }
}
