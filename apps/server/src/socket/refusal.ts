import { type CloseErrorCode, type ErrorCode, errors } from '@duet/contract';
import type { z } from 'zod';
import { DomainError, refusalOf } from '../domain/error.ts';

/** What a frame that failed is answered with. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly detail: string;
}

/** An error as a client may see it; whatever is not a refusal is a fault of ours, and its cause is not told. */
export function toRefusal(error: unknown, onFault: (cause: unknown) => void): Refusal {
  const refusal = refusalOf(error);
  if (refusal) {
    // What the domain calls `content` is the frame's `message`.
    return { code: refusal.code, detail: refusal.message.replace(/^content:/, 'message:') };
  }
  onFault(error);
  return { code: 'internal', detail: 'something went wrong; send it again with the same message_id' };
}

/** The JSON object in a text frame. @throws DomainError `invalid_frame` */
export function parseObject(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // answered as everything else that is not one
  }
  throw new DomainError('invalid_frame', 'a frame is a JSON object in a text frame');
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
