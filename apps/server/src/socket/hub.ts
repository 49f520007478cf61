import type { InboxFrame, Message } from '@duet/contract';
import type { FastifyBaseLogger } from 'fastify';
import type { DomainEvent, Events } from '../events/events.ts';
import { type Addressed, encode, inboxFrameOf, toMessageFrame } from './frames.ts';
import { InOrder } from './in-order.ts';
import { type LoadHoles, Mender } from './mender.ts';
import type { SocketMeter } from './meter.ts';
import type { Told } from './told.ts';

/** What the hub needs of a connection. */
export interface Listener {
  /** Takes a frame, already serialised: the same bytes go to every listener. */
  send(frame: Buffer): void;
  /** Ends the connection: what it should have heard cannot be told in order. */
  fail(): void;
}

/** A place in a conversation's room, taken before it is known where the order begins. */
export interface Seat {
  /** Resolves when what commits on other nodes from now on is heard here. */
  readonly active: Promise<void>;
  /** Hears what comes after `position`, the conversation's last seq at some time since the seat was taken. @returns the seq after which it hears everything */
  listen(listener: Listener, position: number): number;
  leave(): void;
}

interface Room {
  readonly listeners: Set<Listener>;
  readonly order: InOrder<Message>;
  seats: number;
}

/** More than this held back, and the sockets recover by themselves. */
const MAX_HELD = 1000;

/**
 * Who hears what: the conversations that have sockets on this node, and each one's order (PROTOCOL 4.4); and the people who have inboxes
 * on it, which hear everything of theirs as it comes (PROTOCOL 7.6).
 */
export class Hub {
  readonly #rooms = new Map<string, Room>();
  readonly #inboxes = new Map<string, Set<Listener>>();
  readonly #mender: Mender;
  readonly #log: FastifyBaseLogger;
  readonly #meter: SocketMeter;
  readonly #events: Events;
  readonly #told: Told | undefined;
  readonly #unsubscribe: () => void;

  /** @param told where there are other nodes: what the inboxes are told is remembered in it */
  constructor(events: Events, load: LoadHoles, log: FastifyBaseLogger, meter: SocketMeter, told?: Told) {
    this.#mender = new Mender(load, log, meter);
    this.#log = log;
    this.#meter = meter;
    this.#events = events;
    this.#told = told;
    this.#unsubscribe = events.subscribe((published) => {
      for (const event of published) this.#hear(event);
    });
  }

  /** How many messages are held back, behind holes or until their room knows where it begins. */
  get held(): number {
    let sum = 0;
    for (const { order } of this.#rooms.values()) sum += order.held;
    return sum;
  }

  /** The conversations that have rooms here. */
  get conversationIds(): string[] {
    return [...this.#rooms.keys()];
  }

  /** The people who have inboxes here. */
  get userIds(): string[] {
    return [...this.#inboxes.keys()];
  }

  /**
   * Takes a seat; once it is active, nothing of the conversation is missed.
   * @param userId who takes part in it, or wants to
   */
  take(conversationId: string, userId: string): Seat {
    const { active, end } = this.#events.follow(`user:${userId}`);
    const room = this.#rooms.get(conversationId) ?? this.#open(conversationId);
    room.seats += 1;
    let mine: Listener | undefined;
    let seated = true;
    return {
      active,
      listen: (listener, position) => {
        if (!seated) return position;
        if (this.#rooms.get(conversationId) !== room) {
          listener.fail(); // given up meanwhile, see #mend
          return position;
        }
        mine = listener;
        // First those before us: what the room held while it had no position is from before we listened.
        room.order.start(position);
        room.listeners.add(listener);
        const hearsAfter = room.order.position ?? position;
        this.#mend(conversationId, room);
        return hearsAfter;
      },
      leave: () => {
        if (!seated) return;
        seated = false;
        end();
        if (mine) room.listeners.delete(mine);
        room.seats -= 1;
        if (room.seats === 0) this.#shut(conversationId, room);
      },
    };
  }

  /** From now on the inbox hears everything of this person's. @returns a function that ends that */
  join(userId: string, inbox: Listener): () => void {
    const inboxes = this.#inboxes.get(userId) ?? new Set();
    this.#inboxes.set(userId, inboxes.add(inbox));
    const { end } = this.#events.follow(`user:${userId}`);
    return () => {
      end();
      inboxes.delete(inbox);
      if (inboxes.size === 0 && this.#inboxes.get(userId) === inboxes) this.#inboxes.delete(userId);
    };
  }

  /** The conversation goes up to `lastSeq`: its room waits no longer for what did not come. */
  expect(conversationId: string, lastSeq: number): void {
    const room = this.#rooms.get(conversationId);
    if (!room) return;
    room.order.expect(lastSeq);
    this.#mend(conversationId, room);
  }

  /** Tells this person's inboxes. */
  tell(userId: string, frame: InboxFrame): void {
    this.#tell({ userIds: [userId], frame });
  }

  close(): void {
    this.#unsubscribe();
    for (const [id, room] of this.#rooms) this.#shut(id, room);
  }

  #open(conversationId: string): Room {
    const listeners = new Set<Listener>();
    const order = new InOrder<Message>((message) => {
      const frame = encode(toMessageFrame(message), this.#meter);
      for (const listener of listeners) listener.send(frame);
    });
    const room: Room = { listeners, order, seats: 0 };
    this.#rooms.set(conversationId, room);
    return room;
  }

  #shut(conversationId: string, room: Room): void {
    if (this.#rooms.get(conversationId) !== room) return;
    this.#rooms.delete(conversationId);
    this.#mender.forget(conversationId);
  }

  #hear(event: DomainEvent): void {
    if (event.type === 'message') this.#take(event.message);
    if (this.#inboxes.size === 0) return;
    const addressed = inboxFrameOf(event);
    if (addressed && this.#tell(addressed)) this.#told?.rememberEvent(event);
  }

  /** One serialisation, and only if somebody is there to hear it. @returns whether somebody was */
  #tell({ userIds, frame }: Addressed): boolean {
    let bytes: Buffer | undefined;
    for (const userId of userIds) {
      for (const inbox of this.#inboxes.get(userId) ?? []) {
        bytes ??= encode(frame, this.#meter);
        inbox.send(bytes);
      }
    }
    return bytes !== undefined;
  }

  #take(message: Message): void {
    const room = this.#rooms.get(message.conversation_id);
    if (!room) return;
    const { held } = room.order;
    room.order.push(message);
    if (room.order.held > held && room.order.hole()) this.#meter.heldBack();
    this.#mend(message.conversation_id, room);
  }

  /** Sees to it that what is held back does not stay so. */
  #mend(conversationId: string, room: Room): void {
    if (room.order.held > MAX_HELD) {
      this.#log.error(
        { conversation_id: conversationId },
        'too much is held back behind a hole; its sockets are closed',
      );
      this.#shut(conversationId, room);
      for (const listener of [...room.listeners]) listener.fail();
      return;
    }
    this.#mender.watch(conversationId, room.order);
  }
}
