export type { CallOptions, Fetch } from './call.ts';
export { DuetError, type DuetErrorCode, type Recovery } from './error.ts';
export type { Operations } from './generated/operations.ts';
export type * from './generated/types.ts';
export { createRest, type Rest, type RestOptions } from './rest.ts';
export type { GetToken, TokenReason } from './token.ts';
