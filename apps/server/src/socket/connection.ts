import type { Duplex } from 'node:stream';
import { type CloseErrorCode, errors } from '@duet/contract';
import type { RawData, WebSocket } from 'ws';
import type { Listener } from './hub.ts';
import type { SocketMeter } from './meter.ts';
import { type Work, WorkQueue } from './work-queue.ts';

/** Beyond this many bytes waiting to be read a peer is too slow (PROTOCOL 4.5). */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** What is sent in a row waits for the peer to read beyond this many. */
const PACE_BYTES = 64 * 1024;
/** So many frames are handled at a time. With more than that the socket is not read from, and TCP slows the peer down. */
const MAX_FRAMES_AT_WORK = 32;
/** So many frames in a row that were too many: whoever does not listen is sent away. */
const MAX_REFUSED = 300;
/** So long it has to read why. */
const FLOOD_END_MS = 1000;
/** Longest wait of a timer; a token may live longer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A frame as it came. */
interface Frame {
  readonly data: RawData;
  readonly isBinary: boolean;
}

/** Says what a frame asks for. What the work returns is a frame for this socket alone, if there is one. */
export type HandleFrame = (data: RawData, isBinary: boolean) => Work<Buffer | undefined>;

const corked: Duplex[] = [];

/** All that one batch has for a socket goes out at once. */
function cork(socket: Duplex): void {
  socket.cork();
  if (corked.push(socket) === 1) process.nextTick(uncorkAll);
}

function uncorkAll(): void {
  for (const socket of corked) socket.uncork();
  corked.length = 0;
}

/** One open socket: its frames in order, its heartbeat, its expiry, its end. */
export class Connection implements Listener {
  readonly #ws: WebSocket;
  /** The same connection beneath: what goes out comes with its header, made once for all sockets, and is written as it is. */
  readonly #socket: Duplex;
  readonly #handle: HandleFrame;
  readonly #work: WorkQueue<Buffer | undefined>;
  /** Frames that were read together with those at work, and that nobody looked into: what was read at once may be thousands. */
  #unseen: Frame[] = [];
  readonly #meter: SocketMeter;
  #alive = true;
  /** Whether a frame was handled, or some of what was sent was read, since the last beat. */
  #progressed = true;
  /** Set once the server ends the connection; a peer that does has what it sent before handled to the end. */
  #closing = false;
  #expiry: NodeJS.Timeout | undefined;
  /** Frames in a row that were too many. */
  #refused = 0;

  constructor(ws: WebSocket, socket: Duplex, handle: HandleFrame, meter: SocketMeter) {
    this.#ws = ws;
    this.#socket = socket;
    this.#handle = handle;
    this.#meter = meter;
    this.#work = new WorkQueue((answer) => this.#workDone(answer));
    ws.on('message', (data, isBinary) => {
      if (this.#closing) return;
      if (this.#work.size < MAX_FRAMES_AT_WORK) this.enqueue(handle(data, isBinary));
      else this.#unseen.push({ data, isBinary });
    });
    ws.on('pong', () => {
      this.#alive = true;
    });
    ws.once('close', () => clearTimeout(this.#expiry));
  }

  get isOpen(): boolean {
    return this.#ws.readyState === this.#ws.OPEN;
  }

  /** How much waits to be read by the peer. */
  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  /** @param frame with its header, see `frames.ts` */
  send(frame: Buffer): void {
    if (this.#socket.writableLength > MAX_BUFFERED_BYTES) this.close('slow_consumer');
    if (!this.isOpen) return;
    this.#meter.frameWritten();
    if (this.#socket.writableCorked === 0) cork(this.#socket);
    this.#socket.write(frame);
  }

  /** Sends, and resolves when the peer has read enough for more; for what the server itself sends a lot of. */
  async sendPaced(frame: Buffer): Promise<void> {
    if (!this.isOpen) return;
    this.#meter.frameWritten();
    await new Promise<void>((resolve) => {
      this.#socket.write(frame, () => resolve());
      if (this.#socket.writableLength <= PACE_BYTES) resolve();
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
      this.#meter.ended('no_pong');
      this.#ws.terminate();
    }
  }

  /** Says why and ends the connection; what waits to be handled is dropped. */
  close(code: CloseErrorCode): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#meter.ended(code);
    this.#work.drop();
    this.#unseen = [];
    // Of a flood no more is read, so its end is not seen either.
    if (code === 'rate_limited') setTimeout(() => this.#ws.terminate(), FLOOD_END_MS).unref();
    else if (this.#ws.isPaused) this.#ws.resume();
    this.#ws.close(errors[code].close, code);
  }

  /** Ends the connection with `token_expired` at this time, and no more at the one it was given before. */
  expireAt(expiresAt: Date): void {
    clearTimeout(this.#expiry);
    if (this.#ws.readyState === this.#ws.CLOSED) return;
    const left = Math.max(0, expiresAt.getTime() - Date.now());
    this.#expiry = setTimeout(
      () => (left > MAX_TIMER_MS ? this.expireAt(expiresAt) : this.close('token_expired')),
      Math.min(left, MAX_TIMER_MS),
    );
  }

  /**
   * Takes of a limit for a frame; one that goes on regardless of refusals ends the connection.
   * @returns undefined when there is nothing to wait for
   * @throws DomainError `rate_limited`, at once or later
   */
  within(take: () => Promise<void> | undefined): Promise<void> | undefined {
    const refused = (error: unknown) => {
      this.#refused += 1;
      if (this.#refused === MAX_REFUSED) this.close('rate_limited');
      throw error;
    };
    try {
      const wait = take();
      if (wait)
        return wait.then(() => {
          this.#refused = 0;
        }, refused);
      this.#refused = 0;
      return undefined;
    } catch (error) {
      return refused(error);
    }
  }

  /** Resolves when all that is being handled, or will be, is done. */
  settled(): Promise<void> {
    return this.#work.settled();
  }

  /** Work that must not reject. What it returns is sent. */
  enqueue(work: Work<Buffer | undefined>): void {
    if (this.#closing) return;
    this.#work.add(work);
    if (this.#work.size >= MAX_FRAMES_AT_WORK) this.#ws.pause();
  }

  #workDone(answer: Buffer | undefined): void {
    this.#progressed = true;
    if (this.#closing) return; // whether any more is read is settled
    if (answer) this.send(answer);
    const next = this.#unseen.shift();
    if (next) {
      this.enqueue(this.#handle(next.data, next.isBinary));
    } else if (this.#ws.isPaused && this.#work.size < MAX_FRAMES_AT_WORK / 2) {
      this.#alive = true; // its pong may be among what is read now
      this.#ws.resume();
    }
  }
}
