import { DuetError, isErrorCode, type Recovery } from './error.ts';
import type { Problem } from './generated/types.ts';

/** The part of a `Response` that is read. */
export interface Reply {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** What a server answered. */
export interface Answer<T> {
  readonly body: T;
  /** The query of the page that the `Link` header names as next. */
  readonly next: string | undefined;
}

/** @throws DuetError for every answer that is not a success */
export function answerOf<T>(response: Reply, text: string): Answer<T> {
  if (!response.ok) throw errorOf(response, text);
  const next = /<([^>]*)>\s*;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
  // The one place that takes the contract at its word: a server holds what it answers against the same schemas.
  const body: T = response.status === 204 ? undefined : objectIn(text);
  if (body === null) throw errorOf(response, text);
  return { body, next: next === undefined ? undefined : queryOf(next) };
}

/** The query of a URL, without its `?`. Only this is followed: a token goes to no other host, path or scheme. */
export function queryOf(url: string): string {
  return url.slice(url.indexOf('?') + 1);
}

function errorOf({ status, headers }: Reply, text: string): DuetError {
  const problem: Partial<Problem> = objectIn(text) ?? {};
  const details = {
    status,
    requestId: problem.request_id ?? headers.get('x-request-id') ?? undefined,
    retryAfterMs: retryAfterMs(headers.get('retry-after')),
  };
  if (isErrorCode(problem.code))
    return new DuetError(problem.code, problem.detail ?? problem.code, {
      ...details,
      fields: problem.errors,
    });
  const message = problem.detail ?? `Not an answer of a Duet server: status ${status}`;
  return new DuetError('invalid_answer', message, { ...details, recovery: recoveryOf(status) });
}

/** For answers of proxies, and for codes that are newer than this client. */
function recoveryOf(status: number): Recovery {
  if (status === 401) return 'reauthenticate';
  return status === 408 || status === 429 || status >= 500 ? 'retry' : 'final';
}

/** The object or array that a text is in JSON, or null. */
function objectIn(text: string) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

/** Seconds, or a date. */
function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
