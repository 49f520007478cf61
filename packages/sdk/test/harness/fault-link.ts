import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Direction = 'to-server' | 'to-client';

/** One direction of a link: bytes in their order, each after its delay, none while it is stalled. */
class Pipe {
  delayMs = 0;
  #isStalled = false;
  #gate: Promise<void> = Promise.resolve();
  #open = () => {};
  #last: Promise<void> = Promise.resolve();

  /** @param filter false for bytes that are to be lost */
  constructor(from: Socket, to: Socket, filter: (chunk: Buffer) => boolean) {
    from.on('error', () => {}); // a close follows
    from.on('data', (chunk) => {
      if (filter(chunk)) this.#pass(() => to.write(chunk));
    });
    from.on('close', () => this.#pass(() => to.end()));
  }

  stall(): void {
    if (this.#isStalled) return;
    this.#isStalled = true;
    this.#gate = new Promise((resolve) => (this.#open = resolve));
  }

  resume(): void {
    this.#isStalled = false;
    this.#open();
  }

  #pass(act: () => void): void {
    const due = this.delayMs > 0 ? sleep(this.delayMs) : undefined;
    this.#last = this.#last.then(async () => {
      await due;
      await this.#gate;
      act();
    });
  }
}

/** Longest wait for an answer that is to be lost. */
const LOSE_MS = 1000;

/** A client's connection through the proxy, and what can happen to it. */
export class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #pipes: Record<Direction, Pipe>;
  #isLosing = false;
  #hasAsked = false;
  #isGone = false;
  /** Stalled for good: as if the network had forgotten it. */
  isForgotten = false;
  isSocket = false;
  onLost = () => {};

  constructor(client: Socket, server: Socket) {
    this.#client = client;
    this.#server = server;
    client.once('data', (chunk) => (this.isSocket = chunk.toString('latin1').startsWith('GET /ws/')));
    this.#pipes = {
      'to-server': new Pipe(client, server, () => this.#isThere(this.#isLosing)),
      'to-client': new Pipe(server, client, (chunk) => this.#isThere() && !this.#isLost(chunk)),
    };
  }

  /** Ends both sides at once: `fin` in order, `rst` as a machine that lost its memory. */
  cut(how: 'fin' | 'rst'): void {
    this.#isGone = true;
    if (how === 'rst') this.#client.resetAndDestroy();
    else this.#client.end();
    this.#server.destroy();
  }

  delay(ms: number): void {
    for (const pipe of Object.values(this.#pipes)) pipe.delayMs = ms;
  }

  /** Half-open: nothing is passed on, and nobody is told. */
  stall(directions: readonly Direction[], ms: number | undefined): void {
    for (const direction of directions) this.#pipes[direction].stall();
    if (ms === undefined) this.isForgotten = true;
    else setTimeout(() => this.heal(), ms);
  }

  /** What is asked next is done, but the answer does not arrive, and then the connection is cut. */
  loseAnswer(): void {
    this.#isLosing = true;
    setTimeout(() => this.#hasAsked && this.cut('rst'), LOSE_MS);
  }

  heal(): void {
    if (this.isForgotten) return;
    this.delay(0);
    for (const pipe of Object.values(this.#pipes)) pipe.resume();
  }

  destroy(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #isThere(isAsking = false): boolean {
    this.#hasAsked ||= isAsking;
    return !this.#isGone;
  }

  #isLost(chunk: Buffer): boolean {
    if (!this.#hasAsked) return false;
    // What was committed is said as text: a frame, or the answer to a request.
    if (/"chat_message"|^HTTP\/1\.1 20[01]/.test(chunk.toString('latin1'))) {
      this.onLost();
      this.cut('rst');
    }
    return true;
  }
}
