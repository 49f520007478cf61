// Generated from @duet/contract by `pnpm generate`. Do not edit.

/** The status, the close code and the way out of each error (PROTOCOL 5). */
export const errors = {
  invalid_request: { status: 400, recovery: 'final' },
  invalid_frame: { recovery: 'final' },
  missing_token: { status: 401, close: 4401, recovery: 'reauthenticate' },
  invalid_token: { status: 401, close: 4401, recovery: 'reauthenticate' },
  token_expired: { status: 401, close: 4401, recovery: 'reauthenticate' },
  invalid_credentials: { status: 401, recovery: 'final' },
  invalid_refresh_token: { status: 401, recovery: 'final' },
  not_participant: { status: 403, close: 4403, recovery: 'final' },
  not_found: { status: 404, close: 4404, recovery: 'final' },
  method_not_allowed: { status: 405, recovery: 'final' },
  request_timeout: { status: 408, recovery: 'retry' },
  conflict: { status: 409, recovery: 'final' },
  username_taken: { status: 409, recovery: 'final' },
  payload_too_large: { status: 413, close: 1009, recovery: 'final' },
  unsupported_media_type: { status: 415, recovery: 'final' },
  upgrade_required: { status: 426, recovery: 'final' },
  unsupported_protocol: { close: 4406, recovery: 'final' },
  invalid_utf8: { close: 1007, recovery: 'final' },
  slow_consumer: { close: 4008, recovery: 'retry' },
  internal: { status: 500, close: 1011, recovery: 'retry' },
  unavailable: { status: 503, recovery: 'retry' },
  server_restarting: { close: 1012, recovery: 'retry' },
} as const;
