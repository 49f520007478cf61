import type { DomainEvent, Following, PresenceChanged } from '../../events/events.ts';
import type { PresenceContext } from './last-seen.ts';

/** A reload, or a change of network, is not an absence (PROTOCOL 7.6). */
const GRACE_MS = 3000;
/** What is missed is mostly missed several times in a row. */
const SETTLE_MS = 1000;

interface Here {
  devices: number;
  /** As long as they count as online, this node hears who asks about them. */
  readonly following: Following;
}

/** Who is online on this node, over all devices; says so to the others when it changes, and when they ask. */
export class Presence {
  readonly #ctx: PresenceContext;
  readonly #here = new Map<string, Here>();
  /** Whose last device went away, and when by a clock that nobody sets; the earliest first. */
  readonly #leaving = new Map<string, number>();
  readonly #unsubscribe: () => void;
  readonly #unwatch: () => void;
  #sweep: NodeJS.Timeout | undefined;
  #saying: NodeJS.Timeout | undefined;

  constructor(ctx: PresenceContext) {
    this.#ctx = ctx;
    this.#unsubscribe = ctx.events.subscribe((published, node) => {
      if (node !== ctx.events.node) this.#answer(published);
    });
    // What this node said may be lost as well, or others took it for gone.
    this.#unwatch = ctx.events.watch(({ type }) => {
      if (type === 'missed') this.#saying ??= setTimeout(() => this.#sayAll(), SETTLE_MS);
    });
  }

  isHere(userId: string): boolean {
    return this.#here.has(userId);
  }

  /** @param userId whose topic is followed by now: whoever asks is heard, or asked before and hears this */
  arrive(userId: string): void {
    const here = this.#here.get(userId) ?? this.#welcome(userId);
    here.devices += 1;
    this.#leaving.delete(userId);
  }

  leave(userId: string): void {
    const here = this.#here.get(userId);
    if (!here) return;
    here.devices -= 1;
    if (here.devices > 0) return;
    this.#leaving.set(userId, performance.now());
    this.#sweep ??= setTimeout(() => void this.#sweepOut(), GRACE_MS);
  }

  /** The node goes away, and everybody on it elsewhere, perhaps: that is for the others to find out. */
  async close(): Promise<void> {
    clearTimeout(this.#sweep);
    clearTimeout(this.#saying);
    this.#unsubscribe();
    this.#unwatch();
    const userIds = [...this.#here.keys()];
    for (const { following } of this.#here.values()) following.end();
    this.#here.clear();
    this.#leaving.clear();
    await this.#ctx.rememberSeen(userIds, this.#ctx.now());
  }

  #welcome(userId: string): Here {
    const here = { devices: 0, following: this.#ctx.events.follow(`user:${userId}`) };
    this.#here.set(userId, here);
    this.#sayOnline([userId]);
    return here;
  }

  #answer(published: readonly DomainEvent[]): void {
    const asked: string[] = [];
    for (const event of published) {
      if (event.type === 'presence_asked' && this.isHere(event.userId)) asked.push(event.userId);
    }
    this.#sayOnline(asked);
  }

  #sayAll(): void {
    this.#saying = undefined;
    this.#sayOnline([...this.#here.keys()]);
  }

  #sayOnline(userIds: readonly string[]): void {
    if (userIds.length === 0) return;
    const online = (userId: string): PresenceChanged => {
      return { type: 'presence', userId, online: true, lastSeen: null };
    };
    this.#ctx.events.publish(userIds.map(online));
  }

  /** Everybody whose time is up, with one write. */
  async #sweepOut(): Promise<void> {
    const now = this.#ctx.now();
    const due = [...this.#leaving].filter(([, since]) => since + GRACE_MS <= performance.now() + 1);
    for (const [userId] of due) {
      this.#leaving.delete(userId);
      this.#here.get(userId)?.following.end();
      this.#here.delete(userId);
    }
    const [next] = this.#leaving.values();
    this.#sweep =
      next === undefined
        ? undefined
        : setTimeout(() => void this.#sweepOut(), Math.max(0, next + GRACE_MS - performance.now()));
    const userIds = due.map(([userId]) => userId);
    await this.#ctx.rememberSeen(userIds, now);
    // Who is back since that was written was told to be, and nobody of the absence.
    const gone = userIds.filter((userId) => !this.isHere(userId));
    if (gone.length === 0) return;
    const lastSeen = now.toISOString();
    this.#ctx.events.publish(gone.map((userId) => ({ type: 'presence', userId, online: false, lastSeen })));
  }
}
