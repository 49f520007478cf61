import type { UserPair } from '../../events/events.ts';

const MAX_KEPT = 50_000;

/** Who takes part in the conversations that were lately used here. That never changes, so what is known needs no second look. */
export class Participants {
  /** The one that was added first comes first. */
  readonly #kept = new Map<string, UserPair>();

  get(conversationId: string): UserPair | undefined {
    return this.#kept.get(conversationId);
  }

  add(conversationId: string, users: UserPair): void {
    this.#kept.set(conversationId, users);
    const [first] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && first !== undefined) this.#kept.delete(first);
  }
}
