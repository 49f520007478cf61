import { rarely } from '../rarely.ts';
import { isOutage, READ_ONLY, reasonOf, sqlStateOf } from './errors.ts';
import type { DatabaseLog, Pulse } from './pulse.ts';

/** What keeps failing for the same reason is told as often. */
const TOLD_EVERY_MS = 30_000;
/** Connections to a database that may only be read are made anew as often. */
const RENEWED_EVERY_MS = 2000;

export interface FailuresOptions {
  readonly log: DatabaseLog;
  /** Where the database can be away, and how to get connections to the one that took over. */
  readonly pulse?: Pulse;
  readonly renew?: () => void;
}

/** Statements that failed for no fault of theirs: the log hears of each reason once in a while, and not of each of them. */
export class Failures {
  readonly #options: FailuresOptions;
  readonly #mayTell = rarely(TOLD_EVERY_MS);
  readonly #mayRenew = rarely(RENEWED_EVERY_MS);

  constructor(options: FailuresOptions) {
    this.#options = options;
  }

  add(error: unknown): void {
    const { pulse } = this.#options;
    if (!isOutage(error) || pulse?.isAway) return;
    if (!pulse || sqlStateOf(error) === READ_ONLY) this.#tell(error);
    // Perhaps it is away, which is told once.
    else
      void pulse.ask().then(
        () => this.#tell(error),
        () => {},
      );
    if (sqlStateOf(error) === READ_ONLY && this.#mayRenew(READ_ONLY)) this.#options.renew?.();
  }

  /** The same client, whose failures are added. */
  watch<Client extends { query(...statement: never[]): Promise<unknown> }>(client: Client): Client {
    return new Proxy(client, {
      get: (_, name) => {
        const value: unknown = Reflect.get(client, name, client);
        if (typeof value !== 'function') return value;
        if (name !== 'query' && name !== 'transaction') return value.bind(client);
        return (...given: unknown[]) => {
          const result: unknown = Reflect.apply(value, client, given);
          if (result instanceof Promise) result.catch((error: unknown) => this.add(error));
          return result;
        };
      },
    });
  }

  #tell(err: unknown): void {
    const reason = reasonOf(err);
    if (!this.#mayTell(reason)) return;
    this.#options.log.warn({ err, reason }, 'the database could not do what it was asked');
  }
}
