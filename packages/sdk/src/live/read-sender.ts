import type { MarkReadFrame } from '../generated/types.ts';

/** Says how far I have read, again with every connection until the server knows. */
export class ReadSender {
  readonly #send: (frame: MarkReadFrame) => boolean;
  readonly #wanted = new Map<string, number>();

  constructor(send: (frame: MarkReadFrame) => boolean) {
    this.#send = send;
  }

  mark(conversationId: string, seq: number): void {
    if (seq <= (this.#wanted.get(conversationId) ?? 0)) return;
    this.#wanted.set(conversationId, seq);
    this.#send({ type: 'read', conversation_id: conversationId, seq });
  }

  /** What the server knows: its marker, and how far there is anything to read. */
  known(conversationId: string, readSeq: number, lastSeq: number): void {
    const wanted = Math.min(this.#wanted.get(conversationId) ?? 0, lastSeq);
    if (wanted > readSeq) this.#wanted.set(conversationId, wanted);
    else this.#wanted.delete(conversationId);
  }

  /** It is not to be: the server refused for good. */
  forget(conversationId: string): void {
    this.#wanted.delete(conversationId);
  }

  resend(): void {
    for (const [conversation_id, seq] of this.#wanted) this.#send({ type: 'read', conversation_id, seq });
  }
}
