import { recoveries } from './generated/errors.ts';
import type { ErrorCode, FieldError } from './generated/types.ts';

/** What to do about an error: give up, try the same again later, or come back with a fresh token (PROTOCOL 5). */
export type Recovery = 'final' | 'retry' | 'reauthenticate';

/** What can go wrong on this side of the wire. */
const clientErrors = {
  /** No answer came: offline, refused, cut. */
  network: 'retry',
  /** The time of the call was up; a message may have been sent or not, and can be sent again. */
  timeout: 'retry',
  /** The caller's signal ended the call. */
  aborted: 'final',
  /** `getToken` threw; `cause` says what. */
  token_unavailable: 'retry',
  /** More messages wait to be sent than are kept; send again when some have gone. */
  outbox_full: 'retry',
  /** This platform has no `WebSocket`, and none was passed in. */
  no_websocket: 'final',
  /** Not an answer of a Duet server: a proxy's page, say, or a redirect. */
  invalid_answer: 'final',
} as const satisfies Record<string, Recovery>;

/** The codes of the protocol and of this client; branch on these. */
export type DuetErrorCode = ErrorCode | keyof typeof clientErrors;

interface Details {
  readonly status?: number | undefined;
  readonly fields?: readonly FieldError[] | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly recovery?: Recovery | undefined;
  readonly cause?: unknown;
}

/** Every failure of this package: branch on `code`, or on `recovery` when all that matters is what to do. */
export class DuetError extends Error {
  override readonly name = 'DuetError';
  readonly code: DuetErrorCode;
  readonly recovery: Recovery;
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** The fields at fault, with `invalid_request` (PROTOCOL 1.5). */
  readonly fields: readonly FieldError[];
  /** The server's name for the request, to look for in its log. */
  readonly requestId: string | undefined;
  /** How long the server asks to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(code: DuetErrorCode, message: string, details: Details = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.recovery = details.recovery ?? (isErrorCode(code) ? recoveries[code] : clientErrors[code]);
    this.status = details.status;
    this.fields = details.fields ?? [];
    this.requestId = details.requestId;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** Whether a code is one of the protocol, as far as this version knows. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(recoveries, code);
}
