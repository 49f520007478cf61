import type { ErrorCode } from '@duet/contract';

/** What HTTP tells whoever counts it. Names are those of the contract and of the routes, never a client's own words. */
export interface HttpMeter {
  answered(operation: string, status: number, seconds: number): void;
  refused(code: ErrorCode): void;
  /** A procedure was called through /trpc, perhaps as one of a batch. */
  called(procedure: string, code: ErrorCode | 'ok', seconds: number): void;
  /** What failed was a fault of ours, or of the database. */
  failed(cause: unknown): void;
}
