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
import type { Access } from '../access.ts';
import { Connection } from '../connection.ts';
import { encode } from '../frames.ts';
import type { Hub } from '../hub.ts';
import { closes, parseFrame, parseObject, toRefusal } from '../refusal.ts';
import type { Work } from '../work-queue.ts';
import { dispatch, type Member } from './dispatch.ts';
import type { Presence } from './presence.ts';
import type { Typing } from './typing.ts';
import type { Watchers } from './watchers.ts';

/** What every inbox works with. */
export interface InboxServices {
  readonly domain: Context;
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
  #log: FastifyBaseLogger;
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
    token: string | undefined,
    log: FastifyBaseLogger,
  ) {
    this.#services = services;
    this.#log = log;
    this.connection = new Connection(ws, socket, (data, isBinary) => this.#handle(data, isBinary));
    ws.once('close', (code) => this.#end(code));
    if (token === undefined) {
      this.#timer = setTimeout(() => this.connection.close('missing_token'), AUTH_TIMEOUT_MS);
    } else {
      const run = () => this.#answer({}, () => this.#authenticate(token));
      this.connection.enqueue({ overlaps: false, run });
    }
  }

  #handle(data: RawData, isBinary: boolean): Work<Buffer | undefined> {
    let value: Record<string, unknown> = {};
    let fault: unknown;
    try {
      value = parseObject(isBinary ? undefined : data.toString());
    } catch (error) {
      fault = error;
    }
    const run = () =>
      this.#answer(value, async () => {
        if (fault) throw fault;
        return this.#do(value);
      });
    // Messages are stored in their order, and do not wait for the commit of those before them.
    return { overlaps: value['type'] === 'chat_message', run };
  }

  async #do(value: Record<string, unknown>): Promise<InboxFrame | undefined> {
    if (!this.#member && value['type'] !== 'auth') throw new DomainError('missing_token');
    const frame = parseFrame(clientFrame, value);
    // Who has gone is owed what they wrote, and no answers.
    if (!this.connection.isOpen && frame.type !== 'chat_message' && frame.type !== 'read') return undefined;
    if (frame.type === 'auth') return this.#authenticate(frame.token);
    return this.#member && dispatch(this.#member, frame);
  }

  /** What there is to say to this socket alone; before it is `ready` a refusal ends it. */
  async #answer(
    asked: Record<string, unknown>,
    work: () => Promise<InboxFrame | undefined>,
  ): Promise<Buffer | undefined> {
    try {
      const frame = await work();
      return frame && encode(frame);
    } catch (error) {
      const refusal = toRefusal(error, (err) => this.#log.error({ err }, 'a frame failed'));
      if (this.#member) return encode({ type: 'error', ...refusal, ...nameOf(asked) });
      this.connection.close(reasonToClose(refusal.code));
      return undefined;
    }
  }

  async #authenticate(token: string): Promise<InboxFrame | undefined> {
    if (!this.#member) clearTimeout(this.#timer); // the token is here; how long it takes to check is our affair
    const identity = await this.#services.authenticate(token);
    if (this.#ended || !this.connection.isOpen) return undefined;
    if (this.#member && this.#member.ctx.actor.id !== identity.user.id) {
      throw new DomainError('invalid_token', 'the token is somebody else’s');
    }
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
    this.connection.send(encode(ready));
    this.#member = this.#begin(identity);
    return undefined;
  }

  /** From here on nothing that commits is kept from the socket. */
  #begin({ user }: Identity): Member {
    const { domain, hub, presence, watchers, typing } = this.#services;
    const { connection } = this;
    this.#log = this.#log.child({ user_id: user.id });
    this.#log.info('inbox opened');
    this.#leaveHub = hub.join(user.id, connection);
    presence.arrive(user.id);
    return { ctx: { ...domain, actor: user }, connection, watchers, typing, peers: new Map() };
  }

  /** @param leftMs how long the token will have left then */
  #warnIn(ms: number, leftMs: number): void {
    const warn = () => this.connection.send(encode({ type: 'auth', expires_in: Math.floor(leftMs / 1000) }));
    const again = () => this.#warnIn(ms - MAX_TIMER_MS, leftMs);
    this.#timer = setTimeout(ms > MAX_TIMER_MS ? again : warn, Math.min(ms, MAX_TIMER_MS));
  }

  #end(code: number): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    if (!this.#member) return;
    const { access, presence, watchers, typing } = this.#services;
    this.#leaveHub();
    access.release(this.connection, this.#member.ctx.actor.id);
    typing.leave(this.connection);
    watchers.unwatchAll(this.connection);
    presence.leave(this.#member.ctx.actor.id);
    this.#log.info({ code }, 'inbox closed');
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
