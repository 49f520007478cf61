import { DuetError, type DuetErrorCode } from './error.ts';

/** A sentence for each code, as a person reads it. */
export type ErrorWords = Readonly<Record<DuetErrorCode, string>>;

const AGAIN = 'Try again in a moment.';
const UNREACHABLE = `The chat cannot be reached. Check your connection. ${AGAIN}`;
const OURS = `Something went wrong. ${AGAIN}`;
const BUSY = `The chat is busy. ${AGAIN}`;
const SIGN_IN = 'You are not signed in any more. Sign in again.';
const REFUSED = 'The chat did not understand this.';

/** The words of `errorWords` unless an app has others. */
export const defaultErrorWords: ErrorWords = {
  invalid_request: 'The chat does not take this. Check what you entered.',
  invalid_frame: REFUSED,
  missing_token: 'Sign in first.',
  invalid_token: SIGN_IN,
  token_expired: SIGN_IN,
  invalid_credentials: 'The name or the password is wrong.',
  invalid_refresh_token: SIGN_IN,
  not_participant: 'You are not part of this conversation.',
  forbidden: 'You may not do this.',
  not_found: 'This is not there any more.',
  method_not_allowed: REFUSED,
  request_timeout: UNREACHABLE,
  conflict: 'Another message was sent in place of this one.',
  username_taken: 'This name is taken. Choose another one.',
  payload_too_large: 'This is too long.',
  unsupported_media_type: REFUSED,
  upgrade_required: REFUSED,
  rate_limited: 'That was too much at once. Wait a little and try again.',
  origin_not_allowed: 'The chat does not take calls from this page.',
  unsupported_protocol: 'This page is too old for the chat. Load it again.',
  invalid_utf8: REFUSED,
  slow_consumer: UNREACHABLE,
  internal: OURS,
  unavailable: BUSY,
  busy: BUSY,
  server_restarting: BUSY,
  network: UNREACHABLE,
  timeout: UNREACHABLE,
  aborted: 'This was cancelled.',
  token_unavailable: UNREACHABLE,
  outbox_full: 'Too many messages wait to be sent. Write again when some have gone.',
  no_websocket: 'This device cannot show messages as they come.',
  invalid_answer: UNREACHABLE,
};

/**
 * What a person is told of an error, or of its code; anything that is no `DuetError` is told as `internal`.
 * @param words an app's own, in its own language; those that it leaves out are English
 */
export function errorWords(error: unknown, words: Partial<ErrorWords> = {}): string {
  const code = error instanceof DuetError ? error.code : error;
  const all: ErrorWords = { ...defaultErrorWords, ...words };
  return isCode(code) ? all[code] : all.internal;
}

function isCode(code: unknown): code is DuetErrorCode {
  return typeof code === 'string' && Object.hasOwn(defaultErrorWords, code);
}
