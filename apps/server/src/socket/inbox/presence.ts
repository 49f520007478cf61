import type { FastifyBaseLogger } from 'fastify';
import type { Context } from '../../domain/context.ts';
import { markSeen } from '../../domain/users/mark-seen.ts';
import type { PresenceChanged } from '../../events/events.ts';
import { encode } from '../frames.ts';
import type { Listener } from '../hub.ts';

/** A reload, or a change of network, is not an absence (PROTOCOL 7.6). */
const GRACE_MS = 3000;
/** How many people a device hears of (PROTOCOL 7.5). */
const MAX_WATCHED = 1000;

/** Who is online on this node, over all devices, and who wants to know. */
export class Presence {
  readonly #ctx: Context;
  readonly #log: FastifyBaseLogger;
  readonly #devices = new Map<string, number>();
  /** Whose last device went away, and when by a clock that nobody sets; the earliest first. */
  readonly #leaving = new Map<string, number>();
  readonly #watchers = new Map<string, Set<Listener>>();
  readonly #watched = new Map<Listener, Set<string>>();
  readonly #unsubscribe: () => void;
  #sweep: NodeJS.Timeout | undefined;

  constructor(ctx: Context, log: FastifyBaseLogger) {
    this.#ctx = ctx;
    this.#log = log;
    this.#unsubscribe = ctx.events.subscribe((published) => {
      for (const event of published) if (event.type === 'presence') this.#tell(event);
    });
  }

  isOnline(userId: string): boolean {
    return this.#devices.has(userId) || this.#leaving.has(userId);
  }

  arrive(userId: string): void {
    const wasOnline = this.isOnline(userId);
    this.#leaving.delete(userId);
    this.#devices.set(userId, (this.#devices.get(userId) ?? 0) + 1);
    if (!wasOnline) this.#ctx.events.publish([{ type: 'presence', userId, online: true, lastSeen: null }]);
  }

  leave(userId: string): void {
    const left = (this.#devices.get(userId) ?? 0) - 1;
    if (left > 0) {
      this.#devices.set(userId, left);
      return;
    }
    this.#devices.delete(userId);
    this.#leaving.delete(userId);
    this.#leaving.set(userId, performance.now());
    this.#sweep ??= setTimeout(() => void this.#sweepOut(), GRACE_MS);
  }

  /** From now on this device hears of that person; of the thousand named last. */
  watch(listener: Listener, userId: string): void {
    const watched = this.#watched.get(listener) ?? new Set();
    this.#watched.set(listener, watched);
    watched.delete(userId);
    watched.add(userId);
    const [oldest] = watched;
    if (watched.size > MAX_WATCHED && oldest !== undefined) {
      watched.delete(oldest);
      this.#unwatch(listener, oldest);
    }
    const watchers = this.#watchers.get(userId) ?? new Set();
    this.#watchers.set(userId, watchers.add(listener));
  }

  unwatchAll(listener: Listener): void {
    for (const userId of this.#watched.get(listener) ?? []) this.#unwatch(listener, userId);
    this.#watched.delete(listener);
  }

  /** The node goes away, and with it everybody on it. */
  async close(): Promise<void> {
    clearTimeout(this.#sweep);
    this.#unsubscribe();
    const gone = [...this.#devices.keys(), ...this.#leaving.keys()];
    this.#devices.clear();
    this.#leaving.clear();
    await this.#remember(gone, this.#ctx.now());
  }

  #tell({ userId, online, lastSeen }: PresenceChanged): void {
    const watchers = this.#watchers.get(userId);
    if (!watchers) return;
    const frame = encode({ type: 'presence', user_id: userId, online, last_seen: lastSeen });
    for (const listener of watchers) listener.send(frame);
  }

  #unwatch(listener: Listener, userId: string): void {
    const watchers = this.#watchers.get(userId);
    watchers?.delete(listener);
    if (watchers?.size === 0) this.#watchers.delete(userId);
  }

  /** Everybody whose time is up, with one write. */
  async #sweepOut(): Promise<void> {
    const now = this.#ctx.now();
    const due = [...this.#leaving].filter(([, since]) => since + GRACE_MS <= performance.now() + 1);
    for (const [userId] of due) this.#leaving.delete(userId);
    const [next] = this.#leaving.values();
    this.#sweep =
      next === undefined
        ? undefined
        : setTimeout(() => void this.#sweepOut(), next + GRACE_MS - performance.now());
    const userIds = due.map(([userId]) => userId);
    await this.#remember(userIds, now);
    for (const userId of userIds) {
      if (this.isOnline(userId)) continue; // back while that was written; nobody was told of the absence
      this.#ctx.events.publish([{ type: 'presence', userId, online: false, lastSeen: now.toISOString() }]);
    }
  }

  async #remember(userIds: readonly string[], at: Date): Promise<void> {
    try {
      await markSeen(this.#ctx, userIds, at);
    } catch (err) {
      this.#log.error({ err }, 'when people were last seen could not be written');
    }
  }
}
