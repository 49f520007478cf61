import { type CloseErrorCode, type ErrorCode, errors } from '@duet/contract';
import type { z } from 'zod';
import { DomainError, refusalOf } from '../domain/error.ts';

/** What a frame that failed is answered with. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly detail: string;
  /** Seconds, with `rate_limited`. */
  readonly retry_after?: number;
}

/** An error as a client may see it; whatever is not a refusal is a fault of ours, and its cause is not told. */
export function toRefusal(error: unknown, onFault: (cause: unknown) => void): Refusal {
  const refusal = refusalOf(error);
  if (refusal) {
    // What the domain calls `content` is the frame's `message`.
    const { code, message, retryAfter } = refusal;
    const detail = message.replace(/^content:/, 'message:');
    return { code, detail, ...(retryAfter !== undefined && { retry_after: retryAfter }) };
  }
  onFault(error);
  return { code: 'internal', detail: 'something went wrong; send it again with the same message_id' };
}

/** The JSON object in a text frame, if that is what it holds. */
export function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function notAnObject(): DomainError {
  return new DomainError('invalid_frame', 'a frame is a JSON object in a text frame');
}

/** A frame held against its schema. @throws DomainError `invalid_frame` for an unknown `type`, `invalid_request` */
export function parseFrame<S extends z.ZodType>(schema: S, value: Record<string, unknown>): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  if (issues.some(({ path }) => path[0] === 'type')) throw new DomainError('invalid_frame', 'unknown type');
  const detail = issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new DomainError('invalid_request', detail);
}

/** Whether an error ends a socket. */
export function closes(code: ErrorCode): code is CloseErrorCode {
  return 'close' in errors[code];
}
