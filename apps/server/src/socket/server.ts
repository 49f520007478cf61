import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type CloseErrorCode, INBOX_SUBPROTOCOL, PAYLOAD_MAX_BYTES } from '@duet/contract';
import type { FastifyBaseLogger } from 'fastify';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Authenticate, Identity } from '../auth/authenticate.ts';
import type { Context } from '../domain/context.ts';
import { authorize } from '../domain/conversations/authorize.ts';
import { refusalOf } from '../domain/error.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import type { Access } from './access.ts';
import { Connection } from './connection.ts';
import { dispatch } from './dispatch.ts';
import type { Door, Visit } from './door.ts';
import { FrameObserver, type SocketObservers } from './frame-observer.ts';
import { refuse, targetOf, tokenOf } from './handshake.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Hub, Seat } from './hub.ts';
import { presenceContext } from './inbox/last-seen.ts';
import { Presence } from './inbox/presence.ts';
import { type InboxServices, InboxSession } from './inbox/session.ts';
import { Typing } from './inbox/typing.ts';
import { Watchers } from './inbox/watchers.ts';
import type { SocketKind } from './meter.ts';
import { closes } from './refusal.ts';

export interface SocketServerOptions extends SocketObservers {
  readonly http: Server;
  readonly domain: Context;
  readonly authenticate: Authenticate;
  readonly limits: RateLimits;
  readonly door: Door;
  readonly hub: Hub;
  readonly access: Access;
  /** Answers a handshake that is none. */
  readonly refuseHandshake: (error: Error, socket: Duplex) => void;
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
  readonly #heartbeat: Heartbeat;
  readonly #inbox: InboxServices;
  #draining = false;

  constructor(options: SocketServerOptions) {
    this.#options = options;
    const { domain, hub, log, heartbeatSeconds, meter } = options;
    const presenceCtx = presenceContext(domain, log);
    const presence = new Presence(presenceCtx);
    this.#inbox = {
      ...options,
      presence,
      watchers: new Watchers(presenceCtx, presence, meter),
      typing: new Typing(domain.events, (userId, frame) => hub.tell(userId, frame)),
    };
    this.#ws.on('wsClientError', options.refuseHandshake);
    options.http.on('upgrade', (request, socket, head) => {
      socket.on('error', (err) => log.debug({ err }, 'a socket failed while connecting'));
      void this.#open(request, socket, head);
    });
    this.#heartbeat = new Heartbeat(heartbeatSeconds);
  }

  /** How much waits to be read, by all peers together. */
  get bufferedBytes(): number {
    let sum = 0;
    for (const { bufferedBytes } of this.#heartbeat.connections()) sum += bufferedBytes;
    return sum;
  }

  /** Takes no more sockets and closes those there are with 1012; resolves when they are gone, within seconds. */
  async drain(): Promise<void> {
    this.#draining = true;
    this.#heartbeat.stop();
    const cut = setTimeout(() => this.cut(), DRAIN_TIMEOUT_MS);
    const connections = [...this.#heartbeat.connections()];
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

  async #open(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const visit = await this.#options.door.enter(request);
    if (typeof visit === 'string') {
      this.#ws.handleUpgrade(request, socket, head, (ws) => {
        ws.on('error', () => {});
        this.#refuse(ws, targetOf(request).isInbox ? 'inbox' : 'conversation', visit);
      });
      return;
    }
    socket.once('close', visit.leave); // an arrow here would keep the request for as long as the socket is there
    if (socket.destroyed) visit.leave();
    else if (targetOf(request).isInbox) this.#openInbox(request, socket, head, visit);
    else await this.#openConversation(request, socket, head, visit);
  }

  /** Everything of somebody's; who that is may be said by a frame that is still to come. */
  #openInbox(request: IncomingMessage, socket: Duplex, head: Buffer, visit: Visit): void {
    const { log } = this.#options;
    const token = tokenOf(request);
    this.#ws.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', (err) => log.debug({ err }, 'a socket failed'));
      if (this.#draining) return this.#refuse(ws, 'inbox', 'server_restarting');
      if (ws.protocol !== INBOX_SUBPROTOCOL) return this.#refuse(ws, 'inbox', 'unsupported_protocol');
      this.#keep(ws, new InboxSession(ws, socket, this.#inbox, visit, token, log).connection);
    });
  }

  async #openConversation(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    visit: Visit,
  ): Promise<void> {
    const { log } = this.#options;
    const { conversationId = '' } = targetOf(request);
    const admission = await this.#admit(tokenOf(request), conversationId, visit);
    let seated = false;
    this.#ws.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', (err) => log.debug({ err }, 'a socket failed'));
      if ('refusal' in admission) {
        this.#refuse(ws, 'conversation', admission.refusal);
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
    visit: Visit,
  ): Promise<Admission | { refusal: CloseErrorCode }> {
    const { authenticate, domain, hub, log, meter } = this.#options;
    let seat: Seat | undefined;
    try {
      const identity = await authenticate(token);
      visit.identify(identity.user.id);
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
      meter.failed(error);
      log.error({ err: error, conversation_id: conversationId }, 'a socket could not be admitted');
      return { refusal: 'internal' };
    }
  }

  #connect(ws: WebSocket, socket: Duplex, admission: Admission, conversationId: string): void {
    const { identity, seat, position } = admission;
    const { domain, limits, access, meter, log } = this.#options;
    const about = { conversation_id: conversationId, user_id: identity.user.id };
    // A logger for each of thousands of sockets that say nothing would take memory.
    const frames = new FrameObserver('conversation', this.#options, () => log.child(about));
    const speaker = {
      ctx: { ...domain, actor: identity.user },
      conversationId,
      admit: () => connection.within(() => limits.take('send', identity.user.id)),
      frames,
      meter,
      hearsAfter: position,
    };
    const handle = (data: RawData, isBinary: boolean) => ({
      overlaps: true,
      run: () => dispatch(speaker, data, isBinary),
    });
    const connection: Connection = new Connection(ws, socket, handle, meter);
    connection.expireAt(identity.expiresAt);
    access.hold(connection, identity);
    this.#keep(ws, connection);
    log.info(about, 'socket opened');
    meter.opened('conversation');
    ws.once('close', (code) => {
      seat.leave();
      meter.closed('conversation', code);
      frames.close();
      access.release(connection, identity.user.id);
      log.info({ ...about, code }, 'socket closed');
    });
    speaker.hearsAfter = seat.listen(connection, position);
  }

  #refuse(ws: WebSocket, kind: SocketKind, code: CloseErrorCode): void {
    this.#options.meter.handshakeRefused(kind, code);
    // A fault of ours has a line already, with its cause.
    if (code !== 'internal') this.#options.log.info({ code, kind }, 'socket refused');
    refuse(ws, code);
  }

  #keep(ws: WebSocket, connection: Connection): void {
    const remove = this.#heartbeat.add(connection);
    // It may have sent what is still to be handled.
    ws.once('close', () => void connection.settled().then(remove));
  }
}

interface Admission {
  readonly identity: Identity;
  readonly seat: Seat;
  readonly position: number;
}
