import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type CloseErrorCode,
  CONVERSATION_SOCKET_PATH,
  type ErrorCode,
  errors,
  PAYLOAD_MAX_BYTES,
} from '@duet/contract';
import type { FastifyBaseLogger } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Authenticate, bearerToken, type Identity } from '../auth/authenticate.ts';
import type { Context } from '../domain/context.ts';
import { authorize } from '../domain/conversations/authorize.ts';
import { DomainError } from '../domain/error.ts';
import { Connection } from './connection.ts';
import type { Hub, Seat } from './hub.ts';

export interface SocketServerOptions {
  readonly http: Server;
  readonly domain: Context;
  readonly authenticate: Authenticate;
  readonly hub: Hub;
  readonly heartbeatSeconds: number;
  readonly log: FastifyBaseLogger;
}

const PATH = new RegExp(`^${CONVERSATION_SOCKET_PATH.replace('{conversation_id}', '([^/]+)')}$`);

declare module 'ws' {
  // In ws since 8.19, not yet in its types.
  interface ServerOptions {
    closeTimeout?: number;
  }
}

/** How long a peer may take to read what waits for it and answer a close, before it is cut off. */
const CLOSE_TIMEOUT_MS = 10_000;
/** The same when the server goes away, which has to be done within seconds. */
const DRAIN_TIMEOUT_MS = 2000;

/** Whether a request is to become a socket; every other one is answered as HTTP, whatever it would upgrade to. */
export function isSocketUpgrade({ method, url, headers }: IncomingMessage): boolean {
  const [path = ''] = url?.split('?', 1) ?? [];
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && PATH.test(path);
}

/** The WebSocket endpoint (PROTOCOL 4): takes upgrades, keeps the connections, lets them go. */
export class SocketServer {
  readonly #options: SocketServerOptions;
  readonly #ws = new WebSocketServer({
    noServer: true,
    maxPayload: PAYLOAD_MAX_BYTES,
    perMessageDeflate: false,
    closeTimeout: CLOSE_TIMEOUT_MS,
    handleProtocols: () => false, // none is spoken on these paths yet
  });
  readonly #connections = new Set<Connection>();
  readonly #heartbeat: NodeJS.Timeout;
  #draining = false;

  constructor(options: SocketServerOptions) {
    this.#options = options;
    options.http.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
    this.#heartbeat = setInterval(() => {
      for (const connection of this.#connections) connection.beat();
    }, options.heartbeatSeconds * 1000);
  }

  /** Takes no more sockets and closes those there are with 1012; resolves when they are gone, within seconds. */
  async drain(): Promise<void> {
    this.#draining = true;
    clearInterval(this.#heartbeat);
    const cut = setTimeout(() => this.cut(), DRAIN_TIMEOUT_MS);
    const connections = [...this.#connections];
    for (const connection of connections) connection.close('server_restarting');
    await Promise.all([...this.#ws.clients].map((ws) => new Promise((resolve) => ws.once('close', resolve))));
    clearTimeout(cut);
    await Promise.all(connections.map((connection) => connection.settled()));
  }

  /** Ends every socket at once, also those that were refused and have not answered the close. */
  cut(): void {
    for (const ws of this.#ws.clients) ws.terminate();
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { log } = this.#options;
    socket.on('error', (err) => log.debug({ err }, 'a socket failed while connecting'));
    const [path = '', query] = request.url?.split('?', 2) ?? [];
    const conversationId = PATH.exec(path)?.[1]?.toLowerCase() ?? '';
    const token =
      bearerToken(request.headers.authorization) ?? new URLSearchParams(query).get('token') ?? undefined;
    const admission = await this.#admit(token, conversationId);
    let seated = false;
    this.#ws.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', (err) => log.debug({ err }, 'a socket failed'));
      if ('refusal' in admission) {
        ws.close(errors[admission.refusal].close, admission.refusal);
      } else {
        seated = true;
        this.#connect(ws, admission, conversationId);
      }
    });
    // Refused, gone meanwhile, or not a proper handshake: then ws has answered, and called nobody.
    if (!seated && 'seat' in admission) admission.seat.leave();
  }

  /** Who this is and their seat in the conversation, or why the socket is to be closed. */
  async #admit(
    token: string | undefined,
    conversationId: string,
  ): Promise<Admission | { refusal: CloseErrorCode }> {
    const { authenticate, domain, hub, log } = this.#options;
    let seat: Seat | undefined;
    try {
      const identity = await authenticate(token);
      // The seat is taken before the position is read, so that nothing falls between the two.
      seat = hub.take(conversationId);
      const { lastSeq } = await authorize({ ...domain, actor: identity.user }, conversationId);
      if (!this.#draining) return { identity, seat, position: lastSeq };
      seat.leave();
      return { refusal: 'server_restarting' };
    } catch (error) {
      seat?.leave();
      if (error instanceof DomainError && closes(error.code)) return { refusal: error.code };
      log.error({ err: error, conversation_id: conversationId }, 'a socket could not be admitted');
      return { refusal: 'internal' };
    }
  }

  #connect(ws: WebSocket, { identity, seat, position }: Admission, conversationId: string): void {
    const { domain } = this.#options;
    const log = this.#options.log.child({ conversation_id: conversationId, user_id: identity.user.id });
    const speaker = { ctx: { ...domain, actor: identity.user }, conversationId };
    const connection = new Connection(ws, speaker, identity.expiresAt, log);
    this.#connections.add(connection);
    log.info('socket opened');
    ws.once('close', (code) => {
      seat.leave();
      this.#connections.delete(connection);
      log.info({ code }, 'socket closed');
    });
    seat.listen(connection, position);
  }
}

interface Admission {
  readonly identity: Identity;
  readonly seat: Seat;
  readonly position: number;
}

function closes(code: ErrorCode): code is CloseErrorCode {
  return 'close' in errors[code];
}
