import { type CloseErrorCode, errors } from '@duet/contract';
import { type ClientOptions, WebSocket } from 'ws';
import { Failure, TooFast } from '../check.ts';
import type { Deadline } from '../deadline.ts';
import { waitOf } from './http.ts';

/** How a socket ended. */
export interface Close {
  readonly code: number;
  readonly reason: string;
}

/** A client’s socket whose frames are taken one by one; every wait has a bound. */
export interface Socket<Frame> {
  readonly ws: WebSocket;
  /** The next frame. @param extraMs what it may take besides the usual patience */
  next(extraMs?: number): Promise<Frame>;
  /** The next `count` frames. */
  take(count: number): Promise<Frame[]>;
  /** An object as JSON; text and bytes as they are. */
  send(frame: object | string): void;
  /** Frames that came and were not taken. */
  readonly untaken: readonly Frame[];
  /** How the server closes it. */
  closed(extraMs?: number): Promise<Close>;
  close(): Promise<void>;
}

export interface SocketOptions<Frame> {
  readonly url: string;
  readonly protocols?: readonly string[];
  readonly options?: ClientOptions;
  /** Undefined for a frame that is not for this case. @throws Failure */
  readonly read: (value: unknown) => Frame | undefined;
  readonly patienceMs: number;
  readonly deadline: Deadline;
}

/** A handshake that was answered with a status. */
export class Refused extends Error {
  readonly status: number;
  readonly retryAfter: string | null;

  constructor(status: number, retryAfter: string | undefined) {
    super(`the handshake was answered with ${status}`);
    this.status = status;
    this.retryAfter = retryAfter ?? null;
  }
}

/** The codes of a server that hears too much. */
const RATE_LIMITED = { close: 4429, code: 'rate_limited' };

/** Resolves once the handshake is complete. @throws Refused */
export async function openSocket<Frame>(given: SocketOptions<Frame>): Promise<Socket<Frame>> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await open(given);
    } catch (error) {
      if (!(error instanceof Refused && error.status === 429) || tries >= 5) throw error;
      await given.deadline.wait(waitOf(error.retryAfter));
    }
  }
}

async function open<Frame>(given: SocketOptions<Frame>): Promise<Socket<Frame>> {
  const { url, protocols = [], options, read, patienceMs, deadline } = given;
  const ws = new WebSocket(url.replace(/^http/, 'ws'), [...protocols], { ...options });
  const end = () => ws.terminate();
  deadline.signal.addEventListener('abort', end, { once: true });
  const untaken: Frame[] = [];
  let fault: unknown;
  let ended: Close | undefined;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  ws.on('message', (data) => {
    try {
      const value = readJson(data.toString());
      if (isRateLimit(value)) throw new TooFast('the server limits the frames of a socket');
      const frame = read(value);
      if (frame !== undefined) untaken.push(frame);
    } catch (error) {
      fault ??= error;
    }
    wake();
  });
  ws.once('close', (code, reason) => {
    ended = { code, reason: reason.toString() };
    if (code === RATE_LIMITED.close) fault ??= new TooFast('the server limits sockets');
    deadline.signal.removeEventListener('abort', end);
    wake();
  });
  await bounded('the handshake of a socket', handshake(ws), patienceMs);
  ws.on('error', () => {});

  /** Waits until `look` finds something. */
  const until = async <T>(what: string, ms: number, look: () => T | undefined): Promise<T> => {
    const deadlineAt = performance.now() + ms;
    for (;;) {
      if (fault) throw fault;
      const found = look();
      if (found !== undefined) return found;
      await bounded(
        what,
        new Promise<void>((resolve) => waiting.add(resolve)),
        deadlineAt - performance.now(),
      );
    }
  };
  const next = (extraMs = 0) =>
    until('a frame', patienceMs + extraMs, () => {
      const frame = untaken.shift();
      if (frame === undefined && ended)
        throw new Failure('a frame', 'a frame', `the socket closed: ${said(ended)}`);
      return frame;
    });
  return {
    ws,
    next,
    get untaken() {
      if (fault) throw fault;
      return untaken;
    },
    take: async (count) => {
      const frames: Frame[] = [];
      while (frames.length < count) frames.push(await next());
      return frames;
    },
    send: (frame) =>
      ws.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame)),
    closed: (extraMs = 0) => until('the close of a socket', patienceMs + extraMs, () => ended),
    close: async () => {
      ws.close();
      await until('the close of a socket', patienceMs, () => ended);
    },
  };
}

function handshake(ws: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    ws.once('open', resolve);
    ws.once('error', (error) => reject(new Failure('the handshake of a socket', 'a socket', error.message)));
    ws.once('unexpected-response', (request, response) => {
      reject(new Refused(response.statusCode ?? 0, response.headers['retry-after']));
      request.destroy();
    });
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure('a frame', 'JSON', text);
  }
}

function isRateLimit(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'code' in value && value.code === RATE_LIMITED.code;
}

export function said({ code, reason }: Close): string {
  return `${code} ${reason}`.trim();
}

/** The close of an error of the contract’s table. */
export function closeOf(code: CloseErrorCode): Close {
  return { code: errors[code].close, reason: code };
}

async function bounded<T>(what: string, promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Failure(what, `${what} in time`, 'nothing')), Math.max(0, ms));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
