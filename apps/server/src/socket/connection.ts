import { type CloseErrorCode, errors } from '@duet/contract';
import type { FastifyBaseLogger } from 'fastify';
import type { RawData, WebSocket } from 'ws';
import { dispatch, type Speaker } from './dispatch.ts';
import type { Listener } from './hub.ts';

/** Beyond this many bytes waiting to be read a peer is too slow (PROTOCOL 4.5). */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** With this many frames waiting to be handled the socket is not read from, and TCP slows the peer down. */
const MAX_WAITING_FRAMES = 32;
/** Longest wait of a timer; a token may live longer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** One open socket: its frames in order, its heartbeat, its expiry, its end. */
export class Connection implements Listener {
  readonly #ws: WebSocket;
  readonly #speaker: Speaker;
  readonly #log: FastifyBaseLogger;
  #waiting = 0;
  #work: Promise<void> = Promise.resolve();
  #alive = true;
  /** Set once the server ends the connection; a peer that does has what it sent before handled to the end. */
  #closing = false;
  #expiry: NodeJS.Timeout | undefined;

  constructor(ws: WebSocket, speaker: Speaker, expiresAt: Date, log: FastifyBaseLogger) {
    this.#ws = ws;
    this.#speaker = speaker;
    this.#log = log;
    ws.on('message', (data, isBinary) => this.#receive(data, isBinary));
    ws.on('pong', () => {
      this.#alive = true;
    });
    ws.once('close', () => clearTimeout(this.#expiry));
    this.#expireAt(expiresAt);
  }

  send(frame: Buffer): void {
    if (this.#ws.bufferedAmount > MAX_BUFFERED_BYTES) this.close('slow_consumer');
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.send(frame, { binary: false });
  }

  fail(): void {
    this.close('internal');
  }

  /** Pings; a peer that did not answer the ping before is gone. While its frames wait here, its pongs do too. */
  beat(): void {
    if (this.#closing) return;
    if (this.#alive || this.#ws.isPaused) {
      this.#alive = false;
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

  /** Resolves when the frame that is being handled is done; those behind it are dropped once the socket closes. */
  settled(): Promise<void> {
    return this.#work;
  }

  /** One frame after the other: that keeps a sender's order. */
  #receive(data: RawData, isBinary: boolean): void {
    if (this.#closing) return;
    this.#waiting += 1;
    if (this.#waiting >= MAX_WAITING_FRAMES) this.#ws.pause();
    this.#work = this.#work.then(() => this.#handle(data, isBinary));
  }

  async #handle(data: RawData, isBinary: boolean): Promise<void> {
    if (!this.#closing) {
      const answer = await dispatch(this.#speaker, data, isBinary, (err) =>
        this.#log.error({ err }, 'a frame failed'),
      );
      if (answer) this.send(answer);
    }
    this.#waiting -= 1;
    if (this.#ws.isPaused && this.#waiting < MAX_WAITING_FRAMES / 2) {
      this.#alive = true; // its pong may be among what is read now
      this.#ws.resume();
    }
  }

  #expireAt(expiresAt: Date): void {
    const left = expiresAt.getTime() - Date.now();
    this.#expiry = setTimeout(
      () => (left > MAX_TIMER_MS ? this.#expireAt(expiresAt) : this.close('token_expired')),
      Math.min(left, MAX_TIMER_MS),
    );
  }
}
