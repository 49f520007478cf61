import type { SetTypingFrame } from '../generated/types.ts';

/** Well within the 6 s that the server gives a `true` (PROTOCOL 7.5). */
const REPEAT_MS = 3000;

/** Says that I am typing no more often than it needs, however often an input field says so. */
export class TypingSender {
  readonly #send: (frame: SetTypingFrame) => boolean;
  /** When it was last said, by conversation. */
  readonly #saidAt = new Map<string, number>();

  constructor(send: (frame: SetTypingFrame) => boolean) {
    this.#send = send;
  }

  set(conversation_id: string, typing: boolean): void {
    const saidAt = this.#saidAt.get(conversation_id);
    const now = performance.now();
    if (typing ? saidAt !== undefined && now - saidAt < REPEAT_MS : saidAt === undefined) return;
    const isSaid = this.#send({ type: 'typing', conversation_id, typing });
    if (typing && isSaid) this.#saidAt.set(conversation_id, now);
    else this.#saidAt.delete(conversation_id);
  }

  /** A message ends typing by itself. */
  sent(conversationId: string): void {
    this.#saidAt.delete(conversationId);
  }

  clear(): void {
    this.#saidAt.clear();
  }
}
