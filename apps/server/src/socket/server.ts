import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type CloseErrorCode, INBOX_SUBPROTOCOL, PAYLOAD_MAX_BYTES } from '@duet/contract';
import type { FastifyBaseLogger } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Authenticate, Identity } from '../auth/authenticate.ts';
import type { Context } from '../domain/context.ts';
import { authorize } from '../domain/conversations/authorize.ts';
import { refusalOf } from '../domain/error.ts';
import type { Access } from './access.ts';
import { Connection } from './connection.ts';
import { dispatch } from './dispatch.ts';
import { refuse, targetOf, tokenOf } from './handshake.ts';
import type { Hub, Seat } from './hub.ts';
import { presenceContext } from './inbox/last-seen.ts';
import { Presence } from './inbox/presence.ts';
import { type InboxServices, InboxSession } from './inbox/session.ts';
import { Typing } from './inbox/typing.ts';
import { Watchers } from './inbox/watchers.ts';
import { closes } from './refusal.ts';

export interface SocketServerOptions {
  readonly http: Server;
  readonly domain: Context;
  readonly authenticate: Authenticate;
  readonly hub: Hub;
  readonly access: Access;
  readonly heartbeatSeconds: number;
  readonly log: FastifyBaseLogger;
}

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

/** The WebSocket endpoints (PROTOCOL 4 and 7): takes upgrades, keeps the connections, lets them go. */
export class SocketServer {
  readonly #options: SocketServerOptions;
  readonly #ws = new WebSocketServer({
    noServer: true,
    maxPayload: PAYLOAD_MAX_BYTES,
    perMessageDeflate: false,
    closeTimeout: CLOSE_TIMEOUT_MS,
    handleProtocols: (offered, request) =>
      targetOf(request).isInbox && offered.has(INBOX_SUBPROTOCOL) && INBOX_SUBPROTOCOL,
  });
  readonly #connections = new Set<Connection>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #inbox: InboxServices;
  #draining = false;

  constructor(options: SocketServerOptions) {
    this.#options = options;
    const { domain, hub, log, heartbeatSeconds } = options;
    const presenceCtx = presenceContext(domain, log);
    const presence = new Presence(presenceCtx);
    this.#inbox = {
      ...options,
      presence,
      watchers: new Watchers(presenceCtx, presence),
      typing: new Typing(domain.events, (userId, frame) => hub.tell(userId, frame)),
    };
    options.http.on('upgrade', (request, socket, head) => {
      socket.on('error', (err) => log.debug({ err }, 'a socket failed while connecting'));
      if (targetOf(request).isInbox) this.#openInbox(request, socket, head);
      else void this.#openConversation(request, socket, head);
    });
    this.#heartbeat = setInterval(() => {
      for (const connection of this.#connections) connection.beat();
    }, heartbeatSeconds * 1000);
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
    this.#inbox.typing.close();
    this.#inbox.watchers.close();
    await this.#inbox.presence.close();
  }

  /** Ends every socket at once, also those that were refused and have not answered the close. */
  cut(): void {
    for (const ws of this.#ws.clients) ws.terminate();
  }

  /** Everything of somebody's; who that is may be said by a frame that is still to come. */
  #openInbox(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { log } = this.#options;
    this.#ws.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', (err) => log.debug({ err }, 'a socket failed'));
      if (this.#draining) return refuse(ws, 'server_restarting');
      if (ws.protocol !== INBOX_SUBPROTOCOL) return refuse(ws, 'unsupported_protocol');
      this.#keep(ws, new InboxSession(ws, socket, this.#inbox, tokenOf(request), log).connection);
    });
  }

  async #openConversation(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { log } = this.#options;
    const { conversationId = '' } = targetOf(request);
    const admission = await this.#admit(tokenOf(request), conversationId);
    let seated = false;
    this.#ws.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', (err) => log.debug({ err }, 'a socket failed'));
      if ('refusal' in admission) {
        refuse(ws, admission.refusal);
      } else {
        seated = true;
        this.#connect(ws, socket, admission, conversationId);
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
      seat = hub.take(conversationId, identity.user.id);
      await seat.active;
      const { lastSeq } = await authorize({ ...domain, actor: identity.user }, conversationId);
      if (!this.#draining) return { identity, seat, position: lastSeq };
      seat.leave();
      return { refusal: 'server_restarting' };
    } catch (error) {
      seat?.leave();
      const code = refusalOf(error)?.code;
      if (code && closes(code)) return { refusal: code };
      log.error({ err: error, conversation_id: conversationId }, 'a socket could not be admitted');
      return { refusal: 'internal' };
    }
  }

  #connect(ws: WebSocket, socket: Duplex, admission: Admission, conversationId: string): void {
    const { identity, seat, position } = admission;
    const { domain, access } = this.#options;
    const log = this.#options.log.child({ conversation_id: conversationId, user_id: identity.user.id });
    const speaker = { ctx: { ...domain, actor: identity.user }, conversationId };
    const onFault = (err: unknown) => log.error({ err }, 'a frame failed');
    const connection = new Connection(ws, socket, (data, isBinary) => ({
      overlaps: true,
      run: () => dispatch(speaker, data, isBinary, onFault),
    }));
    connection.expireAt(identity.expiresAt);
    access.hold(connection, identity);
    this.#keep(ws, connection);
    log.info('socket opened');
    ws.once('close', (code) => {
      seat.leave();
      access.release(connection, identity.user.id);
      log.info({ code }, 'socket closed');
    });
    seat.listen(connection, position);
  }

  #keep(ws: WebSocket, connection: Connection): void {
    this.#connections.add(connection);
    // It may have sent what is still to be handled.
    ws.once('close', () => void connection.settled().then(() => this.#connections.delete(connection)));
  }
}

interface Admission {
  readonly identity: Identity;
  readonly seat: Seat;
  readonly position: number;
}
