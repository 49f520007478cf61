/** What becomes of a send. */
export type SendOutcome =
  | 'created'
  | 'repeated'
  | 'retried'
  | 'conflict'
  | 'not_found'
  | 'not_participant'
  | 'busy';

/** Why a batch goes through the statement that looks first: a sender it does not know, or a message that was stored before. */
export type Fallback = 'unknown_sender' | 'stored_before';

/** How a client that connects again learns what it missed: without a cursor, since its cursor, or from a fresh snapshot in spite of it. */
export type SyncKind = 'fresh' | 'changes' | 'reset';

/** Which ends of a history page the client named. */
export type PageBounds = 'none' | 'before' | 'after' | 'both';

/** The port through which the domain says what it does, for whoever counts it; never who did it, where, or what was written. */
export interface DomainMeter {
  sent(outcome: SendOutcome): void;
  batchCommitted(messages: number, seconds: number): void;
  batchFailed(cause: unknown): void;
  fellBack(why: Fallback): void;
  readMarked(moved: boolean): void;
  synced(kind: SyncKind): void;
  pageRead(bounds: PageBounds): void;
}
