import type { User } from '@duet/contract';
import type { Events } from '../../events/events.ts';
import { Kept } from '../kept.ts';
import { perDatabase } from '../per-database.ts';

const MAX_KEPT = 100_000;
/** A node that never heard of a change shows it after so long. */
const KEPT_MS = 600_000;

/** What the users that were lately read here are called. */
export class KnownUsers {
  #kept = new Kept<User>(MAX_KEPT);
  #until = 0;

  get(id: string): User | undefined {
    return this.#kept.get(id);
  }

  /** A user that was read. @returns the names that are known, which are later: they were read before, but every change since was heard */
  add(user: User): User {
    const known = this.#kept.get(user.id);
    if (!known) this.#kept.set(user.id, user);
    return known ?? user;
  }

  /** Hears of changes. */
  follow(events: Events): void {
    events.subscribe((published) => {
      for (const event of published) {
        // Also of those that are not known: one may be on its way here as it was before.
        if (event.type === 'user_changed') this.#kept.set(event.user.id, event.user);
      }
    });
    events.watch(({ type }) => {
      if (type === 'missed') this.forgetAll();
    });
  }

  /** Forgets what has been kept for too long. */
  renew(): void {
    const now = performance.now();
    if (now < this.#until) return;
    this.#until = now + KEPT_MS;
    this.forgetAll();
  }

  forgetAll(): void {
    this.#kept = new Kept(MAX_KEPT);
  }
}

export const knownUsers = perDatabase(() => new KnownUsers());
