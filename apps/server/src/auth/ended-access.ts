import type { Events } from '../events/events.ts';
import type { Identity } from './authenticate.ts';

/** Longer than an identity is on its way from the database to where it is used. */
const REMEMBERED_MS = 60_000;

/** @param sessionId null: all there is of this user */
export type AccessListener = (userId: string, sessionId: string | null) => void;

/** Whose access ended lately, here or on another node (PROTOCOL 1.4). */
export class EndedAccess {
  /** When it was heard, the earliest first. */
  readonly #heardAt = new Map<string, number>();
  readonly #listeners = new Set<AccessListener>();

  constructor(events: Events) {
    events.subscribe((published) => {
      for (const event of published) {
        if (event.type === 'access_ended') this.#hear(event.userId, event.sessionId);
      }
    });
  }

  listen(listener: AccessListener): void {
    this.#listeners.add(listener);
  }

  /** Whether it ended after it was looked up. */
  has({ user, sessionId, checkedAt }: Identity): boolean {
    const isSince = (key: string) => (this.#heardAt.get(key) ?? -1) >= checkedAt;
    return isSince(keyOf(user.id, null)) || (sessionId !== undefined && isSince(keyOf(user.id, sessionId)));
  }

  #hear(userId: string, sessionId: string | null): void {
    const now = performance.now();
    for (const [key, at] of this.#heardAt) {
      if (at > now - REMEMBERED_MS) break;
      this.#heardAt.delete(key);
    }
    const key = keyOf(userId, sessionId);
    this.#heardAt.delete(key);
    this.#heardAt.set(key, now);
    for (const listener of this.#listeners) listener(userId, sessionId);
  }
}

function keyOf(userId: string, sessionId: string | null): string {
  return `${sessionId ?? ''} ${userId}`;
}
