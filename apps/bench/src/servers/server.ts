import type { Database } from './database.ts';

/** How a server's socket is spoken to. */
export type Dialect = 'duet' | 'duet.v1' | 'relay' | 'socket.io';

/** A server under load. */
export interface Server {
  readonly pids: readonly number[];
  /** One for every node. */
  readonly ports: readonly number[];
  /** Undefined: the server's own, embedded one. */
  readonly database: Database | undefined;
  /** Whose tables it has; a relay has neither users nor REST. */
  readonly schema: 'duet' | 'express' | 'relay';
  stop(): Promise<void>;
}

/** What is compared: a server, and the way in. */
export interface Contender {
  readonly name: string;
  readonly dialect: Dialect;
  start(): Promise<Server>;
}
