import type { BusChange, Following, PresenceChanged } from '../../events/events.ts';
import { encode } from '../frames.ts';
import type { Listener } from '../hub.ts';
import type { SocketMeter } from '../meter.ts';
import type { PresenceContext } from './last-seen.ts';
import type { Presence } from './presence.ts';
import { type Gone, Roster } from './roster.ts';

/** How many people a device hears of (PROTOCOL 7.5). */
const MAX_WATCHED = 1000;
const TICK_MS = 1000;

interface Watched {
  readonly listeners: Set<Listener>;
  readonly following: Following;
}

/** Which devices of this node want to know who is online, on whatever node; they hear when somebody comes and when they are nowhere any more. */
export class Watchers {
  readonly #ctx: PresenceContext;
  readonly #presence: Presence;
  readonly #meter: SocketMeter;
  readonly #roster: Roster;
  readonly #watched = new Map<string, Watched>();
  readonly #watchedBy = new Map<Listener, Set<string>>();
  readonly #timer: NodeJS.Timeout;
  readonly #unsubscribe: () => void;
  readonly #unwatchBus: () => void;
  #missed = false;
  #closed = false;

  constructor(ctx: PresenceContext, presence: Presence, meter: SocketMeter) {
    this.#ctx = ctx;
    this.#presence = presence;
    this.#meter = meter;
    this.#roster = new Roster(ctx.events.node);
    this.#unsubscribe = ctx.events.subscribe((published, node) => {
      for (const event of published) if (event.type === 'presence') this.#hear(event, node);
    });
    this.#unwatchBus = ctx.events.watch((change) => this.#handle(change));
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Whether this person is online on any node; known only of whom somebody watches. */
  isOnline(userId: string): boolean {
    return this.#roster.isOnline(userId);
  }

  /** From now on this device hears of these people; of the thousand named last. */
  watch(listener: Listener, userIds: readonly string[]): void {
    const mine = this.#watchedBy.get(listener) ?? new Set();
    this.#watchedBy.set(listener, mine);
    const fresh = new Map<string, Watched>();
    for (const userId of userIds) {
      mine.delete(userId);
      mine.add(userId);
      const watched = this.#watched.get(userId);
      if (watched) watched.listeners.add(listener);
      else fresh.set(userId, this.#begin(userId, listener));
    }
    for (const userId of mine) {
      if (mine.size <= MAX_WATCHED) break;
      mine.delete(userId);
      this.#unwatch(listener, userId);
    }
    // Only then are those heard who answer.
    const heard = Promise.all([...fresh.values()].map(({ following }) => following.active));
    void heard.then(() => this.#ask([...fresh.keys()]));
  }

  unwatchAll(listener: Listener): void {
    for (const userId of this.#watchedBy.get(listener) ?? []) this.#unwatch(listener, userId);
    this.#watchedBy.delete(listener);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#unsubscribe();
    this.#unwatchBus();
    for (const { following } of this.#watched.values()) following.end();
    this.#watched.clear();
  }

  #begin(userId: string, listener: Listener): Watched {
    const { events } = this.#ctx;
    const watched = { listeners: new Set([listener]), following: events.follow(`presence:${userId}`) };
    this.#watched.set(userId, watched);
    const now = performance.now();
    this.#roster.add(userId, now);
    this.#roster.hear(userId, events.node, this.#presence.isHere(userId), now);
    return watched;
  }

  #unwatch(listener: Listener, userId: string): void {
    const watched = this.#watched.get(userId);
    watched?.listeners.delete(listener);
    if (watched?.listeners.size !== 0) return;
    watched.following.end();
    this.#watched.delete(userId);
    this.#roster.delete(userId);
  }

  #handle(change: BusChange): void {
    if (change.type === 'node_gone') this.#roster.nodeGone(change.node, performance.now());
    else this.#missed = true;
  }

  #tick(): void {
    const now = performance.now();
    if (this.#missed) this.#roster.doubt(now);
    this.#ask(this.#missed ? this.#roster.userIds : this.#roster.due(now));
    this.#missed = false;
    void this.#tellGone(this.#roster.expire(now));
  }

  /** Asks every node that has them. */
  #ask(userIds: readonly string[]): void {
    const watched = userIds.filter((userId) => this.#roster.has(userId));
    if (this.#closed || watched.length === 0) return;
    this.#ctx.events.publish(watched.map((userId) => ({ type: 'presence_asked', userId })));
  }

  #hear({ userId, online, lastSeen }: PresenceChanged, node: string): void {
    if (this.#roster.hear(userId, node, online, performance.now())) this.#tell(userId, online, lastSeen);
  }

  /** Whose node went, or says no more that they are there: then nobody may have written when they were. */
  async #tellGone(gone: readonly Gone[]): Promise<void> {
    const ago = this.#ctx.now().getTime() - performance.now();
    for (const [second, people] of Map.groupBy(gone, ({ heardAt }) => Math.floor((ago + heardAt) / 1000))) {
      const at = new Date(second * 1000);
      const userIds = people.map(({ userId }) => userId);
      const seen = await this.#ctx.rememberSeen(userIds, at);
      for (const userId of userIds) {
        if (!this.#roster.isOnline(userId)) this.#tell(userId, false, (seen.get(userId) ?? at).toISOString());
      }
    }
  }

  #tell(userId: string, online: boolean, lastSeen: string | null): void {
    const listeners = this.#watched.get(userId)?.listeners;
    if (!listeners) return;
    const frame = encode({ type: 'presence', user_id: userId, online, last_seen: lastSeen }, this.#meter);
    for (const listener of listeners) listener.send(frame);
  }
}
