import { backoff } from '../backoff.ts';
import { DuetError } from '../error.ts';
import type { Rest } from '../rest.ts';
import type { Inbox } from './inbox.ts';
import { isSame } from './observable.ts';
import { type Need, needOf, withConversation, withMessages } from './thread.ts';

/** A hole is mostly a message whose frame is still on its way; only then is it read. */
const GRACE_MS = 250;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;
/** After so many failures in a row somebody should know. */
const SHOWN_FROM = 2;
const NEWEST = 50;
const PAGE = 100;

/** Reads from the server what threads miss, each until it is whole, while the connection holds. */
export class Mender {
  readonly #rest: Rest;
  readonly #inbox: Inbox;
  readonly #onFailure: (id: string, error: DuetError | undefined) => void;
  readonly #working = new Set<string>();
  #run: AbortController | undefined;

  /** @param onFailure told when a thread cannot be read for good or for some time, and when it could after all */
  constructor(rest: Rest, inbox: Inbox, onFailure: (id: string, error: DuetError | undefined) => void) {
    this.#rest = rest;
    this.#inbox = inbox;
    this.#onFailure = onFailure;
  }

  resume(): void {
    this.#run ??= new AbortController();
    for (const id of this.#inbox.ids()) this.check(id);
  }

  pause(): void {
    this.#run?.abort();
    this.#run = undefined;
    this.#working.clear();
  }

  /** A thread may have come to miss something. */
  check(id: string): void {
    const need = this.#needOf(id);
    if (!need || !this.#run || this.#working.has(id)) return;
    this.#working.add(id);
    void this.#mend(id, need, this.#run.signal);
  }

  async #mend(id: string, first: Need, run: AbortSignal): Promise<void> {
    if (first.kind !== 'newest') await sleep(GRACE_MS, run);
    for (let failures = 0; !run.aborted; ) {
      const need = this.#needOf(id);
      if (!need) break;
      try {
        await this.#read(id, need, run);
        if (isSame(need, this.#needOf(id))) {
          throw new DuetError('invalid_answer', 'Messages are missing', { recovery: 'retry' });
        }
        if (failures >= SHOWN_FROM) this.#onFailure(id, undefined);
        failures = 0;
      } catch (error) {
        if (run.aborted) break;
        if (error instanceof DuetError && error.recovery === 'final') {
          this.#onFailure(id, error);
          break;
        }
        failures += 1;
        if (failures === SHOWN_FROM && error instanceof DuetError) this.#onFailure(id, error);
        await sleep(backoff(failures, FIRST_WAIT_MS, LONGEST_WAIT_MS), run);
      }
    }
    if (!run.aborted) this.#working.delete(id);
  }

  async #read(id: string, need: Need, signal: AbortSignal): Promise<void> {
    const about = { conversation_id: id };
    if (need.kind === 'conversation') {
      const conversation = await this.#rest.conversations.get(about, { signal });
      return this.#inbox.update(id, (thread) => withConversation(thread, conversation, true));
    }
    const isNewest = need.kind === 'newest';
    const { results } = await this.#rest.messages.list(
      isNewest ? { ...about, limit: NEWEST } : { ...about, limit: PAGE, after: need.after, order: 'asc' },
      { signal },
    );
    this.#inbox.update(id, (thread) => withMessages(thread, results, isNewest));
  }

  #needOf(id: string): Need | undefined {
    const thread = this.#inbox.thread(id);
    return thread && needOf(thread);
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
