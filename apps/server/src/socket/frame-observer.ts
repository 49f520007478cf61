import { clientFrames, type ErrorCode } from '@duet/contract';
import type { FastifyBaseLogger } from 'fastify';
import type { Span, Tracer } from '../domain/trace.ts';
import type { SocketKind, SocketMeter } from './meter.ts';

/** What sockets are observed with. */
export interface SocketObservers {
  readonly meter: SocketMeter;
  readonly tracer?: Tracer | undefined;
}

/** Refused frames of one socket that are logged one by one; of the others their number is, when it closes. */
const MAX_LINES = 5;
const TYPES: ReadonlySet<string> = new Set(Object.keys(clientFrames));

/** A frame that is being handled. */
export interface ObservedFrame {
  readonly type: string;
  readonly span: Span | undefined;
}

/** What can be seen from outside of one socket's frames: counts, spans, and a line in the log for those that were refused. */
export class FrameObserver {
  readonly #kind: SocketKind;
  readonly #observers: SocketObservers;
  readonly #log: () => FastifyBaseLogger;
  #refused = 0;

  constructor(kind: SocketKind, observers: SocketObservers, log: () => FastifyBaseLogger) {
    this.#kind = kind;
    this.#observers = observers;
    this.#log = log;
  }

  /** @param frame undefined when it could not be read */
  begin(frame: Record<string, unknown> | undefined): ObservedFrame {
    const { meter, tracer } = this.#observers;
    const type = typeOf(this.#kind, frame);
    meter.frameReceived(this.#kind, type);
    const span = tracer?.begin(`socket.${type}`, {
      kind: 'server',
      attributes: { 'duet.socket.kind': this.#kind },
    });
    return { type, span };
  }

  /** @param code undefined when all went well */
  end({ type, span }: ObservedFrame, code?: ErrorCode): void {
    span?.end(code);
    if (code === undefined) return;
    this.#observers.meter.frameRefused(this.#kind, code);
    this.#refused += 1;
    // A fault of ours has a line already, with its cause.
    if (this.#refused <= MAX_LINES && code !== 'internal')
      this.#log().info({ code, frame: type }, 'frame refused');
  }

  /** What a frame asked for failed in the server. */
  fail(err: unknown): void {
    this.#observers.meter.failed(err);
    this.#log().error({ err }, 'a frame failed');
  }

  /** The socket closed. */
  close(): void {
    const frames = this.#refused - MAX_LINES;
    if (frames > 0) this.#log().info({ frames, kind: this.#kind }, 'more frames were refused');
  }
}

/** One of the contract's types: what a client made up is not told on. */
function typeOf(kind: SocketKind, frame: Record<string, unknown> | undefined): string {
  if (frame === undefined) return 'unreadable';
  // A conversation's socket takes one type, which need not be named.
  const type = frame['type'] ?? (kind === 'conversation' ? 'chat_message' : undefined);
  return typeof type === 'string' && TYPES.has(type) ? type : 'unknown';
}
