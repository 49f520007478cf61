/** Somebody of whom no node says any more that they are online, and when one last did. */
export interface Gone {
  readonly userId: string;
  readonly heardAt: number;
}

/** What one node said: when, and until when that holds. */
interface Word {
  readonly heardAt: number;
  readonly until: number;
}

interface Entry {
  askedAt: number;
  /** By node; nobody is online on none. */
  readonly words: Map<string, Word>;
}

/** A node that went takes its people with it, unless they turn up elsewhere within the grace (PROTOCOL 7.6). */
const GONE_MS = 3000;
/** How long the nodes have to confirm what they said before events may have been lost. */
const CONFIRM_MS = 5000;
/** The nodes are asked again even so, in case a loss was not noticed; and what they said holds for two rounds and some time to answer. */
const ASK_EVERY_MS = 120_000;
const HOLDS_MS = 2 * ASK_EVERY_MS + 60_000;

/**
 * On which nodes people are online, as far as this one heard: of those people whom somebody here watches. Times are milliseconds of a clock
 * that nobody sets.
 */
export class Roster {
  readonly #own: string;
  /** Those asked about longest ago come first. */
  readonly #entries = new Map<string, Entry>();
  /** Before this nothing ends, so that there is no need to look. */
  #soonest = Infinity;

  /** @param own this node, whose word about itself needs no confirmation */
  constructor(own: string) {
    this.#own = own;
  }

  get userIds(): string[] {
    return [...this.#entries.keys()];
  }

  has(userId: string): boolean {
    return this.#entries.has(userId);
  }

  isOnline(userId: string): boolean {
    return (this.#entries.get(userId)?.words.size ?? 0) > 0;
  }

  add(userId: string, now: number): void {
    if (!this.has(userId)) this.#entries.set(userId, { askedAt: now, words: new Map() });
  }

  delete(userId: string): void {
    this.#entries.delete(userId);
  }

  /** Takes a node's word about somebody. @returns whether they came online by it, or went */
  hear(userId: string, node: string, online: boolean, now: number): boolean {
    const words = this.#entries.get(userId)?.words;
    if (!words) return false;
    const before = words.size > 0;
    if (online)
      this.#set(words, node, { heardAt: now, until: node === this.#own ? Infinity : now + HOLDS_MS });
    else words.delete(node);
    return before !== words.size > 0;
  }

  /** A node went: until now its people were there. */
  nodeGone(node: string, now: number): void {
    if (node === this.#own) return;
    for (const { words } of this.#entries.values()) {
      if (words.has(node)) this.#set(words, node, { heardAt: now, until: now + GONE_MS });
    }
  }

  /** Events may have been lost: what other nodes said has to be confirmed soon. */
  doubt(now: number): void {
    for (const { words } of this.#entries.values()) {
      for (const [node, { heardAt, until }] of words) {
        if (node !== this.#own) this.#set(words, node, { heardAt, until: Math.min(until, now + CONFIRM_MS) });
      }
    }
  }

  /** Drops what holds no longer. @returns who went by that */
  expire(now: number): Gone[] {
    if (now < this.#soonest) return [];
    this.#soonest = Infinity;
    const gone: Gone[] = [];
    for (const [userId, { words }] of this.#entries) {
      let heardAt: number | undefined;
      for (const [node, word] of words) {
        if (word.until > now) {
          this.#soonest = Math.min(this.#soonest, word.until);
          continue;
        }
        words.delete(node);
        heardAt = Math.max(heardAt ?? word.heardAt, word.heardAt);
      }
      if (heardAt !== undefined && words.size === 0) gone.push({ userId, heardAt });
    }
    return gone;
  }

  /**
   * Whom to ask about again by now, and counts them as asked. Called once a second, it names no more than twice what that second's share is: those
   * who came at once are not asked about at once for ever.
   */
  due(now: number): string[] {
    const most = Math.ceil((2 * this.#entries.size * 1000) / ASK_EVERY_MS);
    const due: [string, Entry][] = [];
    for (const [userId, entry] of this.#entries) {
      if (due.length >= most || entry.askedAt + ASK_EVERY_MS > now) break;
      due.push([userId, entry]);
    }
    for (const [userId, entry] of due) {
      entry.askedAt = now;
      this.#entries.delete(userId);
      this.#entries.set(userId, entry);
    }
    return due.map(([userId]) => userId);
  }

  #set(words: Map<string, Word>, node: string, word: Word): void {
    words.set(node, word);
    this.#soonest = Math.min(this.#soonest, word.until);
  }
}
