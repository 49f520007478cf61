import { DuetError, isErrorCode } from '../error.ts';
import { recoveries } from '../generated/errors.ts';
import type { ClientFrame, InboxFrame } from '../generated/types.ts';
import type { TokenSource } from '../token.ts';
import {
  type ConnectionState,
  type Effect,
  IDLE,
  type Machine,
  type MachineEvent,
  step,
} from './connection.ts';
import { Credentials } from './credentials.ts';
import { onWake } from './wake.ts';

/** The part of a `WebSocket` that is used: the platform's will do, and so will the one of `ws`. */
export interface WebSocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number): void;
}
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

interface SocketOptions {
  readonly url: string;
  readonly tokens: TokenSource;
  readonly WebSocket: WebSocketConstructor | undefined;
  /** The cursor to `ping` with. */
  readonly cursor: () => string | undefined;
  /** A `sync` begins. @returns the cursor to do it with */
  readonly beginSync: () => string | undefined;
  /** Whether a message waits to be sent. */
  readonly hasUnsent: () => boolean;
  readonly onFrame: (frame: InboxFrame) => void;
  readonly onState: (state: ConnectionState) => void;
}

/** The one connection: does what the machine says, and tells it what came of it (PROTOCOL 7). */
export class Socket {
  readonly #options: SocketOptions;
  #machine: Machine = IDLE;
  #ws: WebSocketLike | undefined;
  #alarm: ReturnType<typeof setTimeout> | undefined;
  #stopListening = () => {};
  readonly #credentials: Credentials;
  /** Whether this connection has sent its token. */
  #hasSaidWho = false;
  /** Why there is no token. */
  #error: DuetError | undefined;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#credentials = new Credentials(options.tokens);
  }

  get state(): ConnectionState {
    const { status, reason, retryInMs } = this.#machine;
    return { status, reason, retryInMs, error: reason && this.#error };
  }

  /** @throws DuetError when there is no WebSocket to connect with */
  connect(): void {
    if (!this.#options.WebSocket) {
      throw new DuetError('no_websocket', 'No WebSocket on this platform: pass one to createDuet');
    }
    this.#stopListening();
    this.#stopListening = onWake(() => this.#tell({ type: 'wake' }));
    this.#tell({ type: 'connect' });
  }

  close(): void {
    this.#tell({ type: 'close' });
  }

  /** What there is to know of messages: one was written, got no answer for too long, or got one. */
  note(type: 'send' | 'overdue' | 'answer'): void {
    this.#tell({ type });
  }

  /** Sends a frame, if the connection is live; what becomes of it is told by frames. */
  send(frame: ClientFrame): boolean {
    if (this.#machine.status !== 'live') return false;
    this.#ws?.send(JSON.stringify(frame));
    return true;
  }

  #tell(event: MachineEvent): void {
    const before = this.#machine;
    const [machine, effects] = step(before, event, Math.random(), this.#options.hasUnsent());
    this.#machine = machine;
    for (const effect of effects) this.#do(effect);
    const after = this.#machine; // an effect may have gone further
    if (after.status === 'closed' || after.status === 'idle') this.#stopListening();
    if (
      after.status !== before.status ||
      after.reason !== before.reason ||
      after.retryInMs !== before.retryInMs
    )
      this.#options.onState(this.state);
  }

  #do(effect: Effect): void {
    switch (effect.do) {
      case 'alarm':
        clearTimeout(this.#alarm);
        if (effect.ms !== undefined) this.#alarm = setTimeout(() => this.#tell({ type: 'alarm' }), effect.ms);
        break;
      case 'open':
        this.#open();
        break;
      case 'drop':
        this.#drop();
        break;
      case 'authenticate':
        void this.#authenticate(this.#ws);
        break;
      case 'sync':
        this.#sync();
        break;
      case 'ping':
        this.#write({ type: 'ping', cursor: this.#options.cursor() });
        break;
      case 'probe':
        this.#write({ type: 'ping' });
    }
  }

  #open(): void {
    const { url, WebSocket } = this.#options;
    if (!WebSocket) return;
    this.#drop();
    const ws = connectTo(WebSocket, url);
    if (!ws) {
      // Not a URL, or one that this page may not connect to: that will not change.
      this.#tell({ type: 'lost', reason: 'network', recovery: 'final' });
      return;
    }
    this.#ws = ws;
    this.#error = undefined;
    this.#hasSaidWho = false;
    ws.onopen = () => this.#tell({ type: 'opened' });
    ws.onmessage = ({ data }: { data: unknown }) => this.#receive(data);
    ws.onclose = ({ code, reason }: { code: number; reason: string }) => this.#lost(code, reason);
    ws.onerror = () => {}; // a close follows, and says as much
  }

  /** Lets go of the socket at once; a connection that is dead would take its time to close. */
  #drop(): void {
    const ws = this.#ws;
    if (!ws) return;
    this.#ws = undefined;
    ws.onopen = ws.onmessage = ws.onclose = null;
    ws.onerror = () => {}; // closing one that is still connecting is an error to some
    ws.close();
  }

  #sync(): void {
    this.#write({ type: 'sync', cursor: this.#options.beginSync() });
  }

  #write(frame: ClientFrame): void {
    this.#ws?.send(JSON.stringify(frame));
  }

  #receive(data: unknown): void {
    const frame = parse(data);
    if (!frame || (frame.type === 'error' && frame.frame === 'sync')) {
      const reason = frame ? frame.code : 'invalid_answer';
      this.#tell({ type: 'lost', reason, recovery: 'retry' });
      return;
    }
    this.#tell({ type: 'frame' });
    try {
      this.#options.onFrame(frame);
    } catch {
      // Not a frame of the contract, for all its type says.
      this.#tell({ type: 'lost', reason: 'invalid_answer', recovery: 'retry' });
      return;
    }
    switch (frame.type) {
      case 'ready':
        this.#tell({
          type: 'ready',
          heartbeatMs: 1000 * Math.min(Math.max(frame.heartbeat_seconds, 1) || 25, 3600),
        });
        break;
      case 'auth':
        void this.#refresh(this.#ws);
        break;
      case 'synced':
        this.#tell({ type: 'synced' });
        break;
      case 'pong':
        this.#tell({ type: 'pong' });
        // Too much has changed for a pong to say: catch up on the way.
        if (!frame.heads) this.#sync();
    }
  }

  #lost(code: number, reason: string): void {
    this.#ws = undefined;
    const known = isErrorCode(reason) ? reason : undefined;
    const recovery = known ? recoveries[known] : code === 4401 ? 'reauthenticate' : 'retry';
    if (known === 'missing_token' && !this.#hasSaidWho) {
      // The server would not wait any longer for a token that we are still waiting for ourselves.
      this.#tell({ type: 'lost', reason: 'token_unavailable', recovery: 'retry' });
      return;
    }
    if (recovery === 'reauthenticate') this.#credentials.reject(known);
    this.#tell({ type: 'lost', reason: known ?? 'network', recovery });
  }

  async #authenticate(ws: WebSocketLike | undefined): Promise<void> {
    try {
      const token = await this.#credentials.obtain();
      if (ws !== this.#ws) return;
      this.#hasSaidWho = true;
      this.#write({ type: 'auth', token });
    } catch (error) {
      if (ws !== this.#ws || !(error instanceof DuetError)) return; // the token source throws nothing else
      this.#error = error;
      // Where nobody is signed in there is no more to try; a token that could not be had may be later.
      const isFinal = error.code === 'missing_token' || error.recovery === 'final';
      this.#tell({ type: 'lost', reason: error.code, recovery: isFinal ? 'final' : 'retry' });
    }
  }

  /** A fresh token in band (PROTOCOL 7.2). If none can be had, the server will close the socket when its time is up. */
  async #refresh(ws: WebSocketLike | undefined): Promise<void> {
    try {
      const token = await this.#credentials.renew();
      if (ws === this.#ws) this.#write({ type: 'auth', token });
    } catch {
      // said above
    }
  }
}

function connectTo(WebSocket: WebSocketConstructor, url: string): WebSocketLike | undefined {
  try {
    return new WebSocket(`${url.replace(/^http/, 'ws').replace(/\/+$/, '')}/ws/chat/`, ['duet.v1']);
  } catch {
    return undefined;
  }
}

function parse(data: unknown): InboxFrame | undefined {
  try {
    const frame: unknown = JSON.parse(String(data));
    return isFrame(frame) ? frame : undefined;
  } catch {
    return undefined;
  }
}

/** What the server sends is by the contract; what it does not know yet, this version passes over. */
function isFrame(value: unknown): value is InboxFrame {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
