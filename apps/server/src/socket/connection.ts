import { type CloseErrorCode, errors } from '@duet/contract';
import type { RawData, WebSocket } from 'ws';
import type { Listener } from './hub.ts';

/** Beyond this many bytes waiting to be read a peer is too slow (PROTOCOL 4.5). */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** What is sent in a row waits for the peer to read beyond this many. */
const PACE_BYTES = 64 * 1024;
/** With this many frames waiting to be handled the socket is not read from, and TCP slows the peer down. */
const MAX_WAITING_FRAMES = 32;
/** Longest wait of a timer; a token may live longer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Does what a frame says, and never rejects. @returns a frame for this socket alone, if there is one */
export type HandleFrame = (data: RawData, isBinary: boolean) => Promise<Buffer | undefined>;

/** One open socket: its frames in order, its heartbeat, its expiry, its end. */
export class Connection implements Listener {
  readonly #ws: WebSocket;
  #waiting = 0;
  #work: Promise<void> = Promise.resolve();
  #alive = true;
  /** Whether a frame was handled, or some of what was sent was read, since the last beat. */
  #progressed = true;
  /** Set once the server ends the connection; a peer that does has what it sent before handled to the end. */
  #closing = false;
  #expiry: NodeJS.Timeout | undefined;

  constructor(ws: WebSocket, handle: HandleFrame) {
    this.#ws = ws;
    ws.on('message', (data, isBinary) => {
      if (!this.#closing) this.enqueue(() => handle(data, isBinary));
    });
    ws.on('pong', () => {
      this.#alive = true;
    });
    ws.once('close', () => clearTimeout(this.#expiry));
  }

  get isOpen(): boolean {
    return this.#ws.readyState === this.#ws.OPEN;
  }

  send(frame: Buffer): void {
    if (this.#ws.bufferedAmount > MAX_BUFFERED_BYTES) this.close('slow_consumer');
    if (this.isOpen) this.#ws.send(frame, { binary: false });
  }

  /** Sends, and resolves when the peer has read enough for more; for what the server itself sends a lot of. */
  async sendPaced(frame: Buffer): Promise<void> {
    if (!this.isOpen) return;
    await new Promise<void>((resolve) => {
      this.#ws.send(frame, { binary: false }, () => resolve());
      if (this.#ws.bufferedAmount <= PACE_BYTES) resolve();
    });
    this.#progressed = true;
  }

  fail(): void {
    this.close('internal');
  }

  /** Pings; a peer that did not answer the ping before is gone. While its frames wait here, and go on, its pongs do too. */
  beat(): void {
    if (this.#closing || !this.isOpen) return;
    if (this.#alive || (this.#ws.isPaused && this.#progressed)) {
      this.#alive = false;
      this.#progressed = false;
      this.#ws.ping();
    } else {
      this.#ws.terminate();
    }
  }

  /** Says why and ends the connection. */
  close(code: CloseErrorCode): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#ws.isPaused) this.#ws.resume();
    this.#ws.close(errors[code].close, code);
  }

  /** Ends the connection with `token_expired` at this time, and no more at the one it was given before. */
  expireAt(expiresAt: Date): void {
    clearTimeout(this.#expiry);
    if (this.#ws.readyState === this.#ws.CLOSED) return;
    const left = expiresAt.getTime() - Date.now();
    this.#expiry = setTimeout(
      () => (left > MAX_TIMER_MS ? this.expireAt(expiresAt) : this.close('token_expired')),
      Math.min(left, MAX_TIMER_MS),
    );
  }

  /** Resolves when the frame that is being handled is done; those behind it are dropped once the socket closes. */
  settled(): Promise<void> {
    return this.#work;
  }

  /** Work that must not reject, one after the other: that keeps a sender's order. What it returns is sent. */
  enqueue(work: () => Promise<Buffer | undefined>): void {
    this.#waiting += 1;
    if (this.#waiting >= MAX_WAITING_FRAMES) this.#ws.pause();
    this.#work = this.#work.then(() => this.#do(work));
  }

  async #do(work: () => Promise<Buffer | undefined>): Promise<void> {
    if (!this.#closing) {
      const answer = await work();
      if (answer) this.send(answer);
    }
    this.#progressed = true;
    this.#waiting -= 1;
    if (this.#ws.isPaused && this.#waiting < MAX_WAITING_FRAMES / 2) {
      this.#alive = true; // its pong may be among what is read now
      this.#ws.resume();
    }
  }
}
