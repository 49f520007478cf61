import { type ErrorCode, errors, type FieldError } from '@duet/contract';
import { isOutage } from '../db/errors.ts';

/** A refusal with a code of the contract's error table; each transport maps it once. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly fields: readonly FieldError[] | undefined;
  /** Seconds to wait, with `rate_limited`. */
  readonly retryAfter: number | undefined;

  /** @param detail what is wrong this time, for people; shown to the client */
  constructor(
    code: ErrorCode,
    detail?: string,
    options?: { fields?: readonly FieldError[]; retryAfter?: number; cause?: unknown },
  ) {
    super(detail ?? errors[code].title, { cause: options?.cause });
    this.code = code;
    this.fields = options?.fields;
    this.retryAfter = options?.retryAfter;
  }

  /** More than somebody may do, who may again after so long. */
  static rateLimited(ms: number): DomainError {
    const retryAfter = Math.max(1, Math.ceil(ms / 1000));
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0; // in a flood most of the work would be finding out where it was thrown
    try {
      return new DomainError('rate_limited', `too many; try again in ${retryAfter} s`, { retryAfter });
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }

  /** A request with one field at fault. */
  static invalid(field: string, detail: string): DomainError {
    return new DomainError('invalid_request', `${field}: ${detail}`, {
      fields: [{ field, code: 'invalid_value', detail }],
    });
  }
}

/** The refusal that an error stands for: one of the domain, or of a database that cannot do what it should; undefined for a fault of ours. */
export function refusalOf(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error;
  return isOutage(error) ? new DomainError('unavailable', undefined, { cause: error }) : undefined;
}
