import type { Rest } from '../rest.ts';
import type { Inbox } from './inbox.ts';

/** The server is asked no more often. */
const PAUSE_MS = 1000;
/** So often a count is dropped because something came while it was on its way. */
const MAX_TRIES = 5;

/** How much is unread in all conversations (PROTOCOL 3.4): that in the list by its states, that in the others as the server counts it. */
export class UnreadTotal {
  readonly #rest: Rest;
  readonly #inbox: Inbox;
  readonly #onChange: () => void;
  /** In conversations that are not in the list. */
  #elsewhere = 0;
  /** How many were in the list when the others were counted. */
  #listed = -1;
  #countedAt = Number.NEGATIVE_INFINITY;
  #shown = 0;
  #triesLeft = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(rest: Rest, inbox: Inbox, onChange: () => void) {
    this.#rest = rest;
    this.#inbox = inbox;
    this.#onChange = onChange;
  }

  /** @param listed of the conversations in the list */
  of(listed: number): number {
    if (this.#inbox.next === null) this.#elsewhere = 0;
    // One that came into the list is in both counts, until the next.
    if (!this.#timer || this.#listed < 0) this.#shown = listed + this.#elsewhere;
    return this.#shown;
  }

  /** Counts again if the list is not all there is, and has other conversations than at the last count. @param isStale or in any case */
  check(isStale = false): void {
    if (this.#inbox.next === null || (!isStale && this.#inbox.size === this.#listed)) return;
    this.#triesLeft = MAX_TRIES;
    this.#schedule();
  }

  /** The connection is gone, and with it what is known of the others. */
  pause(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    const pause = Math.min(PAUSE_MS, Math.max(0, this.#countedAt + PAUSE_MS - Date.now()));
    this.#timer ??= setTimeout(() => void this.#count(), pause);
  }

  async #count(): Promise<void> {
    const { changes } = this.#inbox;
    this.#countedAt = Date.now();
    const counted = await this.#rest.conversations.unread().catch(() => undefined);
    this.#triesLeft -= 1;
    this.pause();
    if (counted && (changes === this.#inbox.changes || this.#triesLeft === 0)) {
      this.#listed = this.#inbox.size;
      this.#elsewhere = Math.max(0, counted.unread_count - this.#inbox.unread);
    } else if (counted && this.#triesLeft > 0) {
      this.#schedule();
    }
    this.#onChange();
  }
}
