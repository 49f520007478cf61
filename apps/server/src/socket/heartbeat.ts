import type { Connection } from './connection.ts';

/** To ping thousands at once would make everybody else wait: they are that many groups, and take turns. */
const GROUPS = 50;

/** The connections there are, each of which is pinged once in an interval (PROTOCOL 4.5). */
export class Heartbeat {
  readonly #groups = Array.from({ length: GROUPS }, () => new Set<Connection>());
  readonly #timer: NodeJS.Timeout;
  #joining = 0;
  #beating = 0;

  constructor(intervalSeconds: number) {
    this.#timer = setInterval(() => this.#beat(), (intervalSeconds * 1000) / GROUPS);
  }

  /** @returns what takes it away again */
  add(connection: Connection): () => void {
    const group = this.#groups[this.#joining];
    this.#joining = (this.#joining + 1) % GROUPS;
    group?.add(connection);
    return () => void group?.delete(connection);
  }

  *connections(): Iterable<Connection> {
    for (const group of this.#groups) yield* group;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    for (const connection of this.#groups[this.#beating] ?? []) connection.beat();
    this.#beating = (this.#beating + 1) % GROUPS;
  }
}
