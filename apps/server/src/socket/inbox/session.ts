import type { Duplex } from 'node:stream';
import {
  type CloseErrorCode,
  clientFrame,
  type ErrorCode,
  errors,
  type InboxFrame,
  messageId,
} from '@duet/contract';
import type { FastifyBaseLogger } from 'fastify';
import type { RawData, WebSocket } from 'ws';
import type { Authenticate, Identity } from '../../auth/authenticate.ts';
import type { Context } from '../../domain/context.ts';
import { DomainError } from '../../domain/error.ts';
import type { Trace } from '../../domain/trace.ts';
import type { RateLimits } from '../../limits/rate-limits.ts';
import type { Access } from '../access.ts';
import { Connection } from '../connection.ts';
import type { Visit } from '../door.ts';
import { FrameObserver, type ObservedFrame, type SocketObservers } from '../frame-observer.ts';
import { encode } from '../frames.ts';
import type { Hub } from '../hub.ts';
import { closes, notAnObject, objectIn, parseFrame, toRefusal } from '../refusal.ts';
import type { Work } from '../work-queue.ts';
import { dispatch, type Member } from './dispatch.ts';
import type { Presence } from './presence.ts';
import type { Typing } from './typing.ts';
import type { Watchers } from './watchers.ts';

/** What every inbox works with. */
export interface InboxServices extends SocketObservers {
  readonly domain: Context;
  readonly limits: RateLimits;
  readonly authenticate: Authenticate;
  readonly hub: Hub;
  readonly access: Access;
  readonly presence: Presence;
  readonly watchers: Watchers;
  readonly typing: Typing;
  readonly heartbeatSeconds: number;
}

/** How long a socket may take to say who it is (PROTOCOL 7.1). */
const AUTH_TIMEOUT_MS = 5000;
/** How long before its token expires a device is warned, if there is that much time (PROTOCOL 7.2). */
const WARNING_MS = 30_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** One `duet.v1` socket, from its handshake to its end (PROTOCOL 7). */
export class InboxSession {
  readonly connection: Connection;
  readonly #services: InboxServices;
  readonly #frames: FrameObserver;
  readonly #visit: Visit;
  readonly #log: FastifyBaseLogger;
  #member: Member | undefined;
  #leaveHub = () => {};
  #ended = false;
  /** The end of the wait for a token, later the warning that it expires. */
  #timer: NodeJS.Timeout | undefined;

  /** @param token of the handshake, if there was one */
  constructor(
    ws: WebSocket,
    socket: Duplex,
    services: InboxServices,
    visit: Visit,
    token: string | undefined,
    log: FastifyBaseLogger,
  ) {
    this.#services = services;
    this.#visit = visit;
    this.#log = log;
    this.#frames = new FrameObserver('inbox', services, () => this.#ownLog());
    const handle = (data: RawData, isBinary: boolean) => this.#handle(data, isBinary);
    this.connection = new Connection(ws, socket, handle, services.meter);
    ws.once('close', (code) => this.#end(code));
    if (token === undefined) {
      this.#timer = setTimeout(() => this.#refuse('missing_token'), AUTH_TIMEOUT_MS);
    } else {
      const run = () => this.#answer({}, undefined, () => this.#authenticate(token));
      this.connection.enqueue({ overlaps: false, run });
    }
  }

  #handle(data: RawData, isBinary: boolean): Work<Buffer | undefined> {
    const value = isBinary ? undefined : objectIn(data.toString());
    const run = () => {
      const frame = this.#frames.begin(value);
      return this.#answer(value ?? {}, frame, async () => {
        const admitted = this.#member && this.#admit(this.#member.ctx.actor.id, value?.['type']);
        if (admitted) await admitted;
        if (!value) throw notAnObject();
        return this.#do(value, frame.span?.trace);
      });
    };
    // Messages are stored in their order, and do not wait for the commit of those before them.
    return { overlaps: value?.['type'] === 'chat_message', run };
  }

  /** @throws DomainError `rate_limited` when a frame is one too many, at once or later */
  #admit(userId: string, type: unknown): Promise<void> | undefined {
    const limit = type === 'chat_message' ? 'send' : type === 'sync' ? 'sync' : 'frame';
    return this.connection.within(() => this.#services.limits.take(limit, userId));
  }

  async #do(value: Record<string, unknown>, trace: Trace | undefined): Promise<InboxFrame | undefined> {
    if (!this.#member && value['type'] !== 'auth') throw new DomainError('missing_token');
    const frame = parseFrame(clientFrame, value);
    // Who has gone is owed what they wrote, and no answers.
    if (!this.connection.isOpen && frame.type !== 'chat_message' && frame.type !== 'read') return undefined;
    if (frame.type === 'auth') return this.#authenticate(frame.token);
    const member = this.#member;
    return member && dispatch(trace ? { ...member, ctx: { ...member.ctx, trace } } : member, frame);
  }

  /** What there is to say to this socket alone; before it is `ready` a refusal ends it. */
  async #answer(
    asked: Record<string, unknown>,
    observed: ObservedFrame | undefined,
    work: () => Promise<InboxFrame | undefined>,
  ): Promise<Buffer | undefined> {
    try {
      const frame = await work();
      if (observed) this.#frames.end(observed);
      return frame && encode(frame, this.#services.meter);
    } catch (error) {
      const refusal = toRefusal(error, (cause) => this.#frames.fail(cause));
      if (observed) this.#frames.end(observed, refusal.code);
      if (this.#member) return encode({ type: 'error', ...refusal, ...nameOf(asked) }, this.#services.meter);
      this.#refuse(reasonToClose(refusal.code));
      return undefined;
    }
  }

  /** Made when there is something to say: a logger for each of thousands of idle sockets would take memory. */
  #ownLog(): FastifyBaseLogger {
    return this.#member ? this.#log.child({ user_id: this.#member.ctx.actor.id }) : this.#log;
  }

  /** Ends the socket before it is known who it is. */
  #refuse(code: CloseErrorCode): void {
    this.#services.meter.handshakeRefused('inbox', code);
    this.#log.info({ code, kind: 'inbox' }, 'socket refused');
    this.connection.close(code);
  }

  async #authenticate(token: string): Promise<InboxFrame | undefined> {
    if (!this.#member) clearTimeout(this.#timer); // the token is here; how long it takes to check is our affair
    const identity = await this.#services.authenticate(token);
    if (this.#ended || !this.connection.isOpen) return undefined;
    if (this.#member && this.#member.ctx.actor.id !== identity.user.id) {
      throw new DomainError('invalid_token', 'the token is somebody else’s');
    }
    this.#visit.identify(identity.user.id);
    // First it is heard what other nodes commit, and then said that the inbox is ready.
    const following = this.#services.domain.events.follow(`user:${identity.user.id}`);
    try {
      await following.active;
      if (this.#ended || !this.connection.isOpen) return undefined;
      return this.#welcome(identity);
    } finally {
      following.end(); // by now the hub follows
    }
  }

  #welcome(identity: Identity): InboxFrame | undefined {
    this.connection.expireAt(identity.expiresAt);
    this.#services.access.hold(this.connection, identity);
    if (!this.connection.isOpen) return undefined;
    const left = Math.max(0, identity.expiresAt.getTime() - Date.now());
    clearTimeout(this.#timer);
    const warnIn = left - Math.min(WARNING_MS, left / 2);
    this.#warnIn(warnIn, left - warnIn);
    const ready: InboxFrame = {
      type: 'ready',
      user: identity.user,
      expires_in: Math.floor(left / 1000),
      heartbeat_seconds: this.#services.heartbeatSeconds,
    };
    if (this.#member) return ready;
    // In one go, so that the first frame is `ready` and nothing that commits falls between the two.
    this.connection.send(encode(ready, this.#services.meter));
    this.#member = this.#begin(identity);
    return undefined;
  }

  /** From here on nothing that commits is kept from the socket. */
  #begin({ user }: Identity): Member {
    const { domain, hub, presence, watchers, typing, meter } = this.#services;
    const { connection } = this;
    this.#log.info({ user_id: user.id }, 'inbox opened');
    meter.opened('inbox');
    this.#leaveHub = hub.join(user.id, connection);
    presence.arrive(user.id);
    return { ctx: { ...domain, actor: user }, connection, meter, watchers, typing, peers: new Map() };
  }

  /** @param leftMs how long the token will have left then */
  #warnIn(ms: number, leftMs: number): void {
    const expiring: InboxFrame = { type: 'auth', expires_in: Math.floor(leftMs / 1000) };
    const warn = () => this.connection.send(encode(expiring, this.#services.meter));
    const again = () => this.#warnIn(ms - MAX_TIMER_MS, leftMs);
    this.#timer = setTimeout(ms > MAX_TIMER_MS ? again : warn, Math.min(ms, MAX_TIMER_MS));
  }

  #end(code: number): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#frames.close();
    if (!this.#member) return;
    const { access, presence, watchers, typing, meter } = this.#services;
    meter.closed('inbox', code);
    this.#leaveHub();
    access.release(this.connection, this.#member.ctx.actor.id);
    typing.leave(this.connection);
    watchers.unwatchAll(this.connection);
    presence.leave(this.#member.ctx.actor.id);
    this.#log.info({ user_id: this.#member.ctx.actor.id, code }, 'inbox closed');
  }
}

/** What of a frame at fault is told back, as far as it can be read (PROTOCOL 7.6). */
function nameOf({ type, conversation_id, message_id }: Record<string, unknown>) {
  const named = messageId.safeParse(message_id);
  return {
    ...(typeof type === 'string' && { frame: type.slice(0, 32) }),
    ...(typeof conversation_id === 'string' && { conversation_id: conversation_id.slice(0, 36) }),
    ...(named.success && { message_id: named.data }),
  };
}

/** Before it is known who this is, whatever is not a token, or not one that holds, ends the socket. */
function reasonToClose(code: ErrorCode): CloseErrorCode {
  if (closes(code)) return code;
  return errors[code].recovery === 'retry' ? 'internal' : 'missing_token';
}
