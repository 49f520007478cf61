import type { CloseErrorCode, ErrorCode } from '@duet/contract';

export type SocketKind = 'conversation' | 'inbox';

/** What the sockets tell whoever counts them. Types and codes are those of the contract, never a client's own words. */
export interface SocketMeter {
  opened(kind: SocketKind): void;
  /** @param code as it came over the wire: any number */
  closed(kind: SocketKind, code: number): void;
  handshakeRefused(kind: SocketKind, code: ErrorCode): void;
  frameReceived(kind: SocketKind, type: string): void;
  frameRefused(kind: SocketKind, code: ErrorCode): void;
  /** A frame was serialised, for however many sockets. */
  frameMade(type: string): void;
  /** A frame went out to one socket. */
  frameWritten(): void;
  /** The server ends a socket, whatever the peer then makes of it. */
  ended(why: CloseErrorCode | 'no_pong'): void;
  /** A message is held back behind a hole. */
  heldBack(): void;
  /** Messages of holes were read from the database. */
  repaired(messages: number): void;
  /** The database was looked into for what other nodes said in vain. */
  reconciled(outcome: 'done' | 'failed'): void;
  /** Inboxes were told of a conversation that they had not heard of. */
  madeUp(conversations: number): void;
  /** What failed was a fault of ours. */
  failed(cause: unknown): void;
}
