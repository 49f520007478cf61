// Generated from @duet/contract by `pnpm generate`. Do not edit.

/** The way out of each error (PROTOCOL 5). */
export const recoveries = {
  invalid_request: 'final',
  invalid_frame: 'final',
  missing_token: 'reauthenticate',
  invalid_token: 'reauthenticate',
  token_expired: 'reauthenticate',
  invalid_credentials: 'final',
  invalid_refresh_token: 'final',
  not_participant: 'final',
  not_found: 'final',
  method_not_allowed: 'final',
  request_timeout: 'retry',
  conflict: 'final',
  username_taken: 'final',
  payload_too_large: 'final',
  unsupported_media_type: 'final',
  upgrade_required: 'final',
  unsupported_protocol: 'final',
  invalid_utf8: 'final',
  slow_consumer: 'retry',
  internal: 'retry',
  unavailable: 'retry',
  busy: 'retry',
  server_restarting: 'retry',
} as const;
