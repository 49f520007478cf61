import { type Answer, answerOf, type Reply } from './answer.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { DuetError } from './error.ts';
import type { Signal } from './platform.ts';
import { type OperationRow, requestOf } from './request.ts';
import { retrying } from './retry.ts';
import type { TokenSource } from './token.ts';

/** What every call takes besides its input. */
export interface CallOptions {
  /** Ends the call at once, waits and retries included, with `aborted`. */
  readonly signal?: Signal | undefined;
  /** How long the call may take, tokens and retries included. */
  readonly timeoutMs?: number | undefined;
}

/** Calls an operation. */
export type Call = <T>(
  operation: OperationRow,
  input: object | undefined,
  options: CallOptions | undefined,
) => Promise<T>;

/** As `Call`, with the page that follows, and for one that follows: `query` stands in place of the input's. */
export type Exchange = <T>(
  operation: OperationRow,
  input: object | undefined,
  options: CallOptions | undefined,
  query?: string,
) => Promise<Answer<T>>;

/** The part of `fetch` that is used: the platform's will do, and so will another. */
export type Fetch = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    body?: string;
    signal: Signal;
    redirect: 'manual';
  },
) => Promise<Reply>;

interface CallerOptions {
  readonly url: string;
  readonly tokens: TokenSource;
  readonly fetch: Fetch;
  readonly timeoutMs: number;
  readonly maxRetries: number;
}

/** Everything that calls have in common: bounds, the token, retries, errors. */
export function createExchange({ url, tokens, fetch, timeoutMs, maxRetries }: CallerOptions): Exchange {
  if (!/^https?:\/\//.test(url)) throw new TypeError(`url must begin with http(s)://, not "${url}"`);
  const baseUrl = url.replace(/\/+$/, '');

  async function send<T>(deadline: Deadline, method: string, path: string, body?: string, token?: string) {
    const headers = {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    // The paths are exact: whoever redirects wants the body, a password maybe, to go somewhere else, and is no answer. workerd knows no `error` here.
    const init = {
      method,
      headers,
      signal: deadline.signal,
      redirect: 'manual' as const,
      ...(body !== undefined && { body }),
    };
    try {
      const response = await deadline.race(fetch(baseUrl + path, init));
      return answerOf<T>(response, await deadline.race(response.text()));
    } catch (cause) {
      if (cause instanceof DuetError) throw cause;
      throw new DuetError('network', `No answer from ${baseUrl}: ${cause}`, { cause });
    }
  }

  return async <T>(
    operation: OperationRow,
    input: object = {},
    options: CallOptions = {},
    query?: string,
  ): Promise<Answer<T>> => {
    const { method, auth, idempotent } = operation;
    const { path, body } = requestOf(operation, input);
    const target = query === undefined ? path : `${path.split('?')[0]}?${query}`;
    const deadline = startDeadline(options.timeoutMs ?? timeoutMs, options.signal);
    const attempt = (token?: string) =>
      retrying(() => send<T>(deadline, method, target, body, token), idempotent ? maxRetries : 0, deadline);
    try {
      if (!auth) return await attempt();
      const token = await deadline.race(tokens.get());
      try {
        return await attempt(token);
      } catch (error) {
        if (!(error instanceof DuetError) || error.recovery !== 'reauthenticate') throw error;
        const reason = error.code === 'token_expired' ? 'expired' : 'rejected';
        return await attempt(await deadline.race(tokens.renew(token, reason)));
      }
    } finally {
      deadline.release();
    }
  };
}
