import type { z } from 'zod';
import { Failure, parse } from '../check.ts';
import type { Deadline } from '../deadline.ts';
import type { Target } from './target.ts';

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The request, for people. */
  readonly of: string;
  /** The body as it is, when it is JSON. */
  json(): unknown;
  /** The body, held against the contract’s schema. */
  as<S extends z.ZodType>(schema: S): z.output<S>;
}

export interface RequestOptions {
  readonly token?: string;
  readonly json?: unknown;
  /** A body as it goes over the wire. */
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
}

export type Request = (method: string, path: string, options?: RequestOptions) => Promise<Answer>;

/** The longest a server may make one request wait, all in all. */
const MAX_WAIT_MS = 300_000;

/** Requests of one case. On 429 it waits as long as the server says, and asks again. */
export function createRequest(target: Target, deadline: Deadline): Request {
  return async (method, path, options = {}) => {
    const waitUntil = performance.now() + MAX_WAIT_MS;
    for (;;) {
      const url = path.startsWith('http') ? path : target.next() + path;
      const answer = await ask(url, method, path, options, target.patienceMs, deadline.signal);
      if (answer.status !== 429) return answer;
      const waitMs = waitOf(answer.headers.get('retry-after'));
      if (performance.now() + waitMs > waitUntil)
        throw new Failure(answer.of, `an answer within ${MAX_WAIT_MS / 1000} s`, 'again and again 429');
      await deadline.wait(waitMs);
    }
  };
}

/** A `Retry-After` is a number of seconds, or a date (RFC 9110, 10.2.3); a little more, as clocks are cut off. */
export function waitOf(retryAfter: string | null): number {
  const seconds = Number(retryAfter ?? 1);
  const ms = Number.isNaN(seconds) ? Date.parse(retryAfter ?? '') - Date.now() : seconds * 1000;
  return Math.max(100, Number.isNaN(ms) ? 1000 : ms + 50);
}

async function ask(
  url: string,
  method: string,
  path: string,
  { token, json, body, headers }: RequestOptions,
  patienceMs: number,
  signal: AbortSignal,
): Promise<Answer> {
  const of = `${method} ${path}`;
  try {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    const asJson = (): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        throw new Failure(of, 'a body in JSON', text || `nothing, with status ${response.status}`);
      }
    };
    return {
      status: response.status,
      headers: response.headers,
      text,
      of,
      json: asJson,
      as: (schema) => parse(`${of} → ${response.status}`, schema, asJson()),
    };
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(of, `an answer within ${patienceMs / 1000} s`, causeOf(error));
  }
}

/** What lies at the bottom of `fetch failed`. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError) return causeOf(cause.errors[0]);
  return cause instanceof Error ? causeOf(cause) : error.message;
}
