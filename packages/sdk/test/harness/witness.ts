import type { OutgoingMessage, ThreadHandle } from '../../src/index.ts';

/** Looks at a conversation whenever it changed, and writes down everything that may never be. */
export class Witness {
  readonly faults = new Set<string>();
  /** How often it looked. */
  looks = 0;
  readonly #name: string;
  readonly #thread: ThreadHandle;
  /** What was sent from here: from then on it is to be seen, once. */
  readonly #mine = new Map<string, string>();
  /** Which message has which place. */
  readonly #places = new Map<number, string>();
  #last = 0;

  constructor(name: string, thread: ThreadHandle) {
    this.#name = name;
    this.#thread = thread;
  }

  sent({ message_id, content }: OutgoingMessage): void {
    this.#mine.set(message_id, content);
  }

  look(): void {
    this.looks += 1;
    const { messages, outgoing, error } = this.#thread.get();
    if (error?.recovery === 'final') this.#fault(`an error: ${error.code}`);
    const shown = new Set<string>();
    messages.forEach(({ seq, message_id }, index) => {
      const before = messages[index - 1]?.seq;
      if (before !== undefined && seq !== before + 1) this.#fault(`${seq} after ${before}`);
      const known = this.#places.get(seq) ?? message_id;
      if (known !== message_id) this.#fault(`${message_id} at ${seq}, where ${known} was`);
      this.#places.set(seq, message_id);
      if (shown.has(message_id)) this.#fault(`${message_id} twice`);
      shown.add(message_id);
    });
    const last = messages.at(-1)?.seq ?? 0;
    if (last < this.#last) this.#fault(`it went back from ${this.#last} to ${last}`);
    this.#last = last;
    for (const { message_id, status } of outgoing) {
      if (shown.has(message_id)) this.#fault(`${message_id} delivered, and still ${status}`);
      shown.add(message_id);
    }
    for (const [id, content] of this.#mine) if (!shown.has(id)) this.#fault(`${content} out of sight`);
  }

  #fault(what: string): void {
    this.faults.add(`${this.#name}: ${what}`);
  }
}
