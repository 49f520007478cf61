import { startDeadline } from './deadline.ts';
import { DuetError } from './error.ts';
import type { Signal } from './platform.ts';

/** Why a token is asked for: there is none yet, the last one's time is over, or the server did not take it. */
export type TokenReason = 'missing' | 'expired' | 'rejected';

/** Gives an access token, or null when nobody is signed in. Called when one is needed, and never twice at once. */
export type GetToken = (context: { readonly reason: TokenReason }) => string | null | Promise<string | null>;

/** The one token that everything in a client shares. */
export interface TokenSource {
  /** The last token, if there is one that was not rejected. */
  readonly current: string | undefined;
  /**
   * The last token, or a first one.
   * @throws DuetError `missing_token` when nobody is signed in, `token_unavailable`, `timeout`, `aborted`
   */
  get(signal?: Signal): Promise<string>;
  /** Another token than the rejected one; whoever comes later with the same gets what the first got. Throws as `get`. */
  renew(rejected: string, reason: 'expired' | 'rejected', signal?: Signal): Promise<string>;
}

/** @param timeoutMs how long `getToken` may take */
export function createTokenSource(getToken: GetToken, timeoutMs: number): TokenSource {
  let current: string | undefined;
  let asking: Promise<string> | undefined;

  async function bounded<T>(promised: () => Promise<T>, signal?: Signal): Promise<T> {
    const deadline = startDeadline(timeoutMs, signal);
    try {
      return await deadline.race(promised());
    } finally {
      deadline.release();
    }
  }

  async function ask(reason: TokenReason): Promise<string> {
    const token = await bounded(() => answerOf(getToken, reason));
    if (!token) throw new DuetError('missing_token', 'Nobody is signed in');
    current = token;
    return token;
  }

  async function obtain(reason: TokenReason, signal?: Signal): Promise<string> {
    if (current !== undefined) return current;
    return bounded(() => {
      asking ??= ask(reason).finally(() => (asking = undefined));
      return asking;
    }, signal);
  }

  return {
    get current() {
      return current;
    },
    get: (signal) => obtain('missing', signal),
    renew: (rejected, reason, signal) => {
      if (current === rejected) current = undefined;
      return obtain(reason, signal);
    },
  };
}

async function answerOf(getToken: GetToken, reason: TokenReason): Promise<string | null> {
  try {
    return await getToken({ reason });
  } catch (cause) {
    // A session that is over is over: `invalid_refresh_token`, say.
    if (cause instanceof DuetError && cause.recovery === 'final') throw cause;
    throw new DuetError('token_unavailable', `getToken failed: ${cause}`, { cause });
  }
}
