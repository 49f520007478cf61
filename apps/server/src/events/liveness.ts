import { BEAT_MS } from './bus.ts';

/** Not heard of for this long, while the bus was well, a node is gone. */
const GONE_AFTER_MS = 10_000;
/** After as many beats without a word of any other, while the bus was well, there is none. */
const ALONE_AFTER_BEATS = 2;

export interface LivenessOptions {
  /** Says that this node lives. */
  readonly beat: () => void;
  /** Whether notes of others come here, as far as one can tell. */
  readonly isWell: () => boolean;
  readonly onGone: (node: string) => void;
  /** A node that counted as gone was heard of again. */
  readonly onBack: (node: string) => void;
  /** No other node is there, from now on and until one is heard of. */
  readonly onAlone: () => void;
}

/** Which nodes there are: each says every few seconds that it lives, and says when it goes. */
export class Liveness {
  readonly #options: LivenessOptions;
  readonly #heardAt = new Map<string, number>();
  readonly #gone = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #tickedAt = performance.now();
  #quietBeats = 0;

  constructor(options: LivenessOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), BEAT_MS);
  }

  /** There is no other node, as far as one can tell. */
  get isAlone(): boolean {
    return this.#quietBeats >= ALONE_AFTER_BEATS;
  }

  /** How many others there are. */
  get nodes(): number {
    return this.#heardAt.size;
  }

  alive(node: string): void {
    this.#quietBeats = 0;
    this.#heardAt.set(node, performance.now());
    if (this.#gone.delete(node)) this.#options.onBack(node);
  }

  /** The node said that it goes. */
  left(node: string): void {
    this.#heardAt.delete(node);
    this.#gone.delete(node);
    this.#options.onGone(node);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    // While the bus was away, or this process stood still, nobody could be heard.
    const couldHear = this.#options.isWell() && now - this.#tickedAt < 2 * BEAT_MS;
    this.#tickedAt = now;
    for (const [node, heardAt] of this.#heardAt) {
      if (!couldHear) this.#heardAt.set(node, now);
      else if (now - heardAt > GONE_AFTER_MS) {
        this.#heardAt.delete(node);
        this.#gone.add(node);
        this.#options.onGone(node);
      }
    }
    this.#quietBeats = couldHear && this.#heardAt.size === 0 ? this.#quietBeats + 1 : 0;
    if (this.#quietBeats === ALONE_AFTER_BEATS) this.#options.onAlone();
    this.#options.beat();
  }
}
