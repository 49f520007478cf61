import { DatabaseUnavailable } from './errors.ts';

export interface GroupReadLimits {
  /** So many statements are under way while answers come; the reads that come meanwhile share the next one. */
  readonly statements: number;
  /** So many reads share one, whose answers are all in memory at once. */
  readonly reads: number;
}

/** Two, so that the database has work while the answers of the one before are sent. */
const USUAL: GroupReadLimits = { statements: 2, reads: 16 };
/** Without an answer for this long they may wait for a disk. Whoever comes then does not wait with them, up to so many times the statements. */
const STALLED_MS = 20;
const STALLED_STATEMENTS = 3;
/** As long a read waits for its statement to begin. */
const WAIT_MS = 5000;

interface Waiting<Key, Value> {
  readonly key: Key;
  readonly since: number;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Many reads, one statement: while some are under way others wait, and the next statement answers them all. Nothing waits when little is under way, and
 * a read sees all that was committed when it was asked for.
 */
export class GroupRead<Key, Value> {
  readonly #read: (keys: readonly Key[]) => Promise<readonly Value[]>;
  readonly #limits: GroupReadLimits;
  #waiting: Waiting<Key, Value>[] = [];
  #underWay = 0;
  /** Since when no answer came to what is under way. */
  #silentSince = 0;

  /** @param read returns a value for each key, in their order */
  constructor(read: (keys: readonly Key[]) => Promise<readonly Value[]>, limits = USUAL) {
    this.#read = read;
    this.#limits = limits;
  }

  /** @throws DatabaseUnavailable when the database does not come to it in time */
  load(key: Key): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, since: performance.now(), resolve, reject });
      this.#start();
    });
  }

  #start(): void {
    while (this.#waiting.length > 0 && this.#hasRoom()) {
      if (this.#underWay === 0) this.#silentSince = performance.now();
      this.#underWay += 1;
      void this.#answer(this.#waiting.splice(0, this.#limits.reads));
    }
    this.#refuseLate();
  }

  /** Looked at whenever somebody comes or is answered; a statement ends within seconds, whatever becomes of it. */
  #refuseLate(): void {
    const late = performance.now() - WAIT_MS;
    const inTime = this.#waiting.findIndex(({ since }) => since >= late);
    for (const { reject } of this.#waiting.splice(0, inTime < 0 ? this.#waiting.length : inTime))
      reject(new DatabaseUnavailable('a read had to wait for too long'));
  }

  #hasRoom(): boolean {
    const { statements } = this.#limits;
    if (this.#underWay < statements) return true;
    const isStalled = performance.now() - this.#silentSince > STALLED_MS;
    return isStalled && this.#underWay < statements * STALLED_STATEMENTS;
  }

  async #answer(reads: readonly Waiting<Key, Value>[]): Promise<void> {
    const ended = () => {
      // The next statement begins before the answers of this one are handed out, so that the database works meanwhile.
      this.#silentSince = performance.now();
      this.#underWay -= 1;
      this.#start();
    };
    try {
      const values = await this.#read(reads.map(({ key }) => key)).finally(ended);
      reads.forEach(({ resolve, reject }, i) => {
        const value = values[i];
        if (value === undefined) reject(new Error('a read was not answered'));
        else resolve(value);
      });
    } catch (error) {
      for (const { reject } of reads) reject(error);
    }
  }
}
