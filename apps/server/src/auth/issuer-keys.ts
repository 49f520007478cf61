import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

/** Keys are read again after this: so long a key is good that the issuer has withdrawn. */
const MAX_AGE_MS = 10 * 60_000;
/** While the issuer cannot be reached, known keys are good for so long. */
const MAX_AGE_UNREACHABLE_MS = 24 * 3_600_000;
/** The issuer is asked no more often, whatever tokens come. */
const PAUSE_MS = { known: 5000, none: 1000 };

export interface IssuerKeysOptions {
  readonly read: () => Promise<JSONWebKeySet>;
  readonly onFailure: (error: unknown) => void;
  /** Milliseconds on a clock that nobody sets. */
  readonly elapsed: () => number;
}

/**
 * The keys of an issuer, read when the first token comes, when they are old, and when a token names one that is not among them. An issuer that
 * is away stops nobody whose key is known. (jose's own remote set asks for every token then, and for every unknown key.)
 */
export function issuerKeys({ read, onFailure, elapsed }: IssuerKeysOptions): JWTVerifyGetKey {
  let keys: ReturnType<typeof createLocalJWKSet> | undefined;
  let readAt = 0;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let reading: Promise<void> | undefined;

  /** Reads once for all who ask, and not again too soon. */
  async function refresh(): Promise<void> {
    const pause = keys ? PAUSE_MS.known : PAUSE_MS.none;
    if (!reading && elapsed() - triedAt < pause) return;
    reading ??= attempt().finally(() => {
      reading = undefined;
    });
    await reading;
  }

  async function attempt(): Promise<void> {
    triedAt = elapsed();
    try {
      keys = createLocalJWKSet(await read());
      readAt = elapsed();
    } catch (error) {
      failure = error;
      onFailure(error);
    }
  }

  return async (header, token) => {
    if (!keys || elapsed() - readAt > MAX_AGE_MS) await refresh();
    if (!keys || elapsed() - readAt > MAX_AGE_UNREACHABLE_MS) throw failure;
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await refresh(); // it may be a new one
      return keys(header, token);
    }
  };
}
