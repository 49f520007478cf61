/** Something with a place in its conversation. */
interface Sequenced {
  readonly seq: number;
}

/** The hole before what is held back, as an exclusive range of seq. */
export interface Hole {
  readonly after: number;
  readonly before: number;
}

/**
 * Puts what arrives in any order, more than once, into one order without holes (PROTOCOL 4.4).
 *
 * Until `start` says where the order begins, everything is held.
 */
export class InOrder<T extends Sequenced> {
  #position: number | undefined;
  /** How far it goes, as far as is known. */
  #end = 0;
  readonly #held = new Map<number, T>();
  readonly #deliver: (item: T) => void;

  constructor(deliver: (item: T) => void) {
    this.#deliver = deliver;
  }

  /** Delivers from the item after `position` on. Only the first call counts. */
  start(position: number): void {
    if (this.#position !== undefined) return;
    this.#position = position;
    for (const seq of this.#held.keys()) if (seq <= position) this.#held.delete(seq);
    this.#drain();
  }

  /** Takes an item; delivers it, and what waited for it, as soon as there is no hole before it. */
  push(item: T): void {
    if (this.#position !== undefined && item.seq <= this.#position) return;
    if (item.seq - 1 === this.#position && this.#held.size === 0) {
      this.#position = item.seq;
      this.#deliver(item);
      return;
    }
    this.#held.set(item.seq, item);
    this.#drain();
  }

  /** There are items up to this one: those that did not come are a hole, though nothing is held back behind it. */
  expect(end: number): void {
    this.#end = Math.max(this.#end, end);
  }

  /** The first hole, if there is one. */
  hole(): Hole | undefined {
    if (this.#position === undefined) return undefined;
    if (this.#held.size > 0) return { after: this.#position, before: Math.min(...this.#held.keys()) };
    return this.#end > this.#position ? { after: this.#position, before: this.#end + 1 } : undefined;
  }

  /** The last that was delivered. */
  get position(): number | undefined {
    return this.#position;
  }

  /** How many items are held back. */
  get held(): number {
    return this.#held.size;
  }

  #drain(): void {
    if (this.#position === undefined) return;
    for (let next = this.#held.get(this.#position + 1); next; next = this.#held.get(this.#position + 1)) {
      this.#held.delete(next.seq);
      this.#position = next.seq;
      this.#deliver(next);
    }
  }
}
