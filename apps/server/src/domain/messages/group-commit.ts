/** All connections of a pool of two may have broken at once. */
const MAX_RETRIES = 2;

/** Does every item of a batch, or none. @param isRetry a try before may have done it, and only its answer got lost @returns a result for each item, in its order */
export type DoBatch<Item, Result> = (batch: readonly Item[], isRetry: boolean) => Promise<readonly Result[]>;

export interface GroupCommitOptions<Item, Result> {
  readonly doBatch: DoBatch<Item, Result>;
  /** For one item of a batch that failed; it may take its time, as nobody but its key waits for it. */
  readonly doAlone: DoBatch<Item, Result>;
  /** Items with the same key are done in the order they came, and never in two batches at once. */
  readonly keyOf: (item: Item) => string;
  /** Within a key, items with the same one are never in one batch. */
  readonly idOf: (item: Item) => string;
  /** Roughly, in bytes. */
  readonly sizeOf: (item: Item) => number;
  /** Whether what failed with this may do well when it is tried again as it is. */
  readonly isTransient: (error: unknown) => boolean;
  /** What is waited for before that. */
  readonly beforeRetry: () => Promise<unknown>;
  /** Whether a batch that failed with this may have failed for one of its items alone. */
  readonly isOfOne: (error: unknown) => boolean;
  readonly limits: GroupCommitLimits;
}

export interface GroupCommitLimits {
  /** Batches under way at the same time. */
  readonly batches: number;
  readonly batchItems: number;
  readonly batchBytes: number;
  /** All that wait or are under way. */
  readonly items: number;
  readonly bytes: number;
}

interface Entry<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** A line of entries for each key. A map that is emptied key by key keeps what it held from the young collector, so these are dropped whole. */
type Lines<Item, Result> = Map<string, Entry<Item, Result>[]>;

interface Batch<Item, Result> {
  readonly entries: readonly Entry<Item, Result>[];
  readonly waiting: Lines<Item, Result>;
}

/**
 * Many items, one commit: while a batch is under way items queue, and the next batch takes them all. Nothing waits when nothing is under way.
 *
 * A batch that fails for one of its items is done again item by item, so that the others do not fail with it; meanwhile only their keys wait.
 */
export class GroupCommit<Item, Result> {
  readonly #options: GroupCommitOptions<Item, Result>;
  /** By key, those whose turn it is. */
  #due: Lines<Item, Result> = new Map();
  /** The keys of each batch under way, with those that wait for it. */
  #underWay: Lines<Item, Result>[] = [];
  /** Those that waited for a batch, until the next one ends, or nobody else is due. */
  #resting: Lines<Item, Result> = new Map();
  #batches = 0;
  #items = 0;
  #bytes = 0;

  constructor(options: GroupCommitOptions<Item, Result>) {
    this.#options = options;
  }

  /** All that wait or are under way. */
  get items(): number {
    return this.#items;
  }

  /** The same, roughly, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes an item; undefined when too much waits already. */
  add(item: Item): Promise<Result> | undefined {
    const { keyOf, sizeOf, limits } = this.#options;
    if (this.#items >= limits.items || this.#bytes + sizeOf(item) > limits.bytes) return undefined;
    this.#items += 1;
    this.#bytes += sizeOf(item);
    return new Promise((resolve, reject) => {
      const key = keyOf(item);
      const entry = { item, resolve, reject };
      const line = this.#lineUnderWay(key) ?? this.#resting.get(key) ?? this.#due.get(key);
      if (line) line.push(entry);
      else this.#due.set(key, [entry]);
      this.#start();
    });
  }

  #start(): void {
    if (this.#due.size === 0) this.#endRest();
    while (this.#batches < this.#options.limits.batches && this.#due.size > 0) {
      this.#batches += 1;
      void this.#run(this.#nextBatch());
    }
  }

  #lineUnderWay(key: string): Entry<Item, Result>[] | undefined {
    for (const lines of this.#underWay) {
      const line = lines.get(key);
      if (line) return line;
    }
    return undefined;
  }

  /** As many as a batch may hold, of those whose turn it is. */
  #nextBatch(): Batch<Item, Result> {
    const { idOf, sizeOf, limits } = this.#options;
    const entries: Entry<Item, Result>[] = [];
    const waiting: Lines<Item, Result> = new Map();
    let bytes = 0;
    const ids = new Set<string>();
    for (const [key, line] of this.#due) {
      let count = 0;
      for (const { item } of line) {
        bytes += sizeOf(item);
        const isFull = entries.length + count >= limits.batchItems || bytes > limits.batchBytes;
        if ((isFull && entries.length + count > 0) || ids.has(idOf(item))) break;
        if (line.length > 1) ids.add(idOf(item));
        count += 1;
      }
      if (count === 0) break;
      // The others of this line wait for the end of the batch.
      waiting.set(key, count < line.length ? line.splice(count) : []);
      for (const entry of line) entries.push(entry);
      ids.clear();
    }
    if (waiting.size === this.#due.size) this.#due = new Map();
    else for (const key of waiting.keys()) this.#due.delete(key);
    this.#underWay.push(waiting);
    return { entries, waiting };
  }

  async #run({ entries, waiting }: Batch<Item, Result>): Promise<void> {
    const failure = await this.#attempt(entries, this.#options.doBatch);
    this.#endRest();
    const { keyOf, isOfOne } = this.#options;
    if (failure && isOfOne(failure.error)) {
      const lines = Map.groupBy(entries, ({ item }) => keyOf(item));
      for (const [key, line] of lines) void this.#oneByOne(key, line, waiting, failure.isRetry);
    } else {
      if (failure) for (const entry of entries) this.#fail(entry, failure.error);
      this.#release(waiting);
    }
    // First whatever waits to be read from sockets: an embedded database leaves the event loop no other time for it.
    setImmediate(() => {
      this.#batches -= 1;
      this.#start();
    });
  }

  async #oneByOne(
    key: string,
    entries: readonly Entry<Item, Result>[],
    waiting: Lines<Item, Result>,
    isRetry: boolean,
  ): Promise<void> {
    for (const entry of entries) {
      const failure = await this.#attempt([entry], this.#options.doAlone, isRetry);
      if (failure) this.#fail(entry, failure.error);
    }
    const line = waiting.get(key);
    waiting.delete(key);
    if (waiting.size === 0) this.#release(waiting);
    if (line && line.length > 0) this.#due.set(key, line);
    this.#start();
  }

  /** Does a batch, some times if that may help. @returns why it failed */
  async #attempt(
    batch: readonly Entry<Item, Result>[],
    work: DoBatch<Item, Result>,
    wasTried = false,
  ): Promise<{ error: unknown; isRetry: boolean } | undefined> {
    const items = batch.map(({ item }) => item);
    let isRetry = wasTried;
    const tryAgain =
      (triesLeft: number) =>
      async (error: unknown): Promise<readonly Result[]> => {
        if (triesLeft === 0 || !this.#options.isTransient(error)) throw error;
        await this.#options.beforeRetry();
        isRetry = true;
        return work(items, isRetry).catch(tryAgain(triesLeft - 1));
      };
    try {
      const results = await work(items, isRetry).catch(tryAgain(MAX_RETRIES));
      results.forEach((result, i) => {
        const entry = batch[i];
        if (!entry) return;
        this.#forget(entry);
        entry.resolve(result);
      });
      return undefined;
    } catch (error) {
      return { error, isRetry };
    }
  }

  #fail(entry: Entry<Item, Result>, error: unknown): void {
    this.#forget(entry);
    entry.reject(error);
  }

  #forget({ item }: Entry<Item, Result>): void {
    this.#items -= 1;
    this.#bytes -= this.#options.sizeOf(item);
  }

  /**
   * The batch is over: those that waited for it have their turn, after the others that are due. What the batch leads to may come meanwhile
   * for their keys, and goes with them. Otherwise two who answer each other at once would take turns for ever, and each message would have a
   * batch, a row and a frame of its own.
   */
  #release(waiting: Lines<Item, Result>): void {
    this.#underWay = this.#underWay.filter((lines) => lines !== waiting);
    for (const [key, line] of waiting) if (line.length > 0) this.#resting.set(key, line);
  }

  #endRest(): void {
    for (const [key, line] of this.#resting) this.#due.set(key, line);
    this.#resting = new Map();
  }
}
