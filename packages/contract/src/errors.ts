import { z } from 'zod';

/** What a client should do about an error: give up, try the same again later, or come back with a fresh token. */
export type Recovery = 'final' | 'retry' | 'reauthenticate';

interface ErrorRow {
  /** One sentence for people; the same for every occurrence. */
  readonly title: string;
  /** HTTP status, where the error can answer a request. */
  readonly status?: number;
  /** WebSocket close code, where the error ends a socket. */
  readonly close?: number;
  readonly recovery: Recovery;
}

/** The one error table (PROTOCOL 5): REST maps a code to its status, the socket to its close code. */
export const errors = {
  invalid_request: { title: 'The request is not valid', status: 400, recovery: 'final' },
  invalid_frame: { title: 'The frame is not one of this protocol', recovery: 'final' },
  missing_token: { title: 'No access token', status: 401, close: 4401, recovery: 'reauthenticate' },
  invalid_token: {
    title: 'The access token is not valid',
    status: 401,
    close: 4401,
    recovery: 'reauthenticate',
  },
  token_expired: {
    title: 'The access token has expired',
    status: 401,
    close: 4401,
    recovery: 'reauthenticate',
  },
  invalid_credentials: { title: 'Wrong username or password', status: 401, recovery: 'final' },
  invalid_refresh_token: { title: 'The refresh token is not valid', status: 401, recovery: 'final' },
  not_participant: {
    title: 'Not a participant of this conversation',
    status: 403,
    close: 4403,
    recovery: 'final',
  },
  forbidden: { title: 'Not with this kind of token', status: 403, close: 4403, recovery: 'final' },
  not_found: { title: 'No such thing', status: 404, close: 4404, recovery: 'final' },
  method_not_allowed: { title: 'Not with this method', status: 405, recovery: 'final' },
  request_timeout: { title: 'The request did not come to its end in time', status: 408, recovery: 'retry' },
  conflict: { title: 'The message_id was used for another message', status: 409, recovery: 'final' },
  username_taken: { title: 'The username is taken', status: 409, recovery: 'final' },
  payload_too_large: { title: 'Too large', status: 413, close: 1009, recovery: 'final' },
  unsupported_media_type: { title: 'The body must be application/json', status: 415, recovery: 'final' },
  upgrade_required: { title: 'This path speaks WebSocket', status: 426, recovery: 'final' },
  rate_limited: { title: 'Too many at once', status: 429, close: 4429, recovery: 'retry' },
  origin_not_allowed: { title: 'Not from pages of this origin', close: 4403, recovery: 'final' },
  unsupported_protocol: {
    title: 'The inbox speaks the subprotocol duet.v1',
    close: 4406,
    recovery: 'final',
  },
  invalid_utf8: { title: 'The frame is not UTF-8', close: 1007, recovery: 'final' },
  slow_consumer: { title: 'Too much waits to be read', close: 4008, recovery: 'retry' },
  internal: { title: 'Something went wrong in the server', status: 500, close: 1011, recovery: 'retry' },
  unavailable: { title: 'The server cannot serve right now', status: 503, close: 1013, recovery: 'retry' },
  busy: { title: 'Too much waits already', status: 503, close: 1013, recovery: 'retry' },
  server_restarting: { title: 'The server is going away', close: 1012, recovery: 'retry' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errors;

/** The codes that can answer an HTTP request. */
export type RestErrorCode = {
  [C in ErrorCode]: (typeof errors)[C] extends { status: number } ? C : never;
}[ErrorCode];

/** The codes that can end a socket. */
export type CloseErrorCode = {
  [C in ErrorCode]: (typeof errors)[C] extends { close: number } ? C : never;
}[ErrorCode];

/** Any code of the table. */
export const errorCode = z
  .enum(Object.keys(errors) as [ErrorCode, ...ErrorCode[]])
  .meta({ id: 'ErrorCode', description: 'Every code of an error.' });

export const fieldError = z.object({
  field: z.string().meta({ description: 'The field at fault, dotted when nested; `body` for the whole.' }),
  code: z.string(),
  detail: z.string(),
});
export type FieldError = z.infer<typeof fieldError>;

/** When the same may be tried again, with `rate_limited` (PROTOCOL 3.11). */
export const retryAfter = z.int().min(1).meta({ description: 'With `rate_limited`: seconds to wait.' });

/** The body of every REST error: RFC 9457 problem details (PROTOCOL 1.5). */
export const problem = z
  .object({
    type: z.string().meta({ description: '`urn:duet:error:` and the code.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: errorCode.meta({ description: 'Branch on this.' }),
    request_id: z.string(),
    errors: z.array(fieldError).optional(),
    retry_after: retryAfter.optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details.' });
export type Problem = z.infer<typeof problem>;
