import type { Identity } from '../auth/authenticate.ts';
import type { EndedAccess } from '../auth/ended-access.ts';
import type { Context } from '../domain/context.ts';
import { findEnded } from '../domain/users/find-ended.ts';
import type { Connection } from './connection.ts';

/** Whose the open connections are: they are closed when that person's access ends (PROTOCOL 4.6). */
export class Access {
  readonly #domain: Context;
  readonly #ended: EndedAccess;
  readonly #held = new Map<string, Map<Connection, Identity>>();

  constructor(domain: Context, ended: EndedAccess) {
    this.#domain = domain;
    this.#ended = ended;
    ended.listen((userId) => {
      for (const [connection, identity] of this.#held.get(userId) ?? [])
        this.#closeIfEnded(connection, identity);
    });
  }

  /** @param identity of the token that it has now; it may get another one of the same user */
  hold(connection: Connection, identity: Identity): void {
    const ofUser = this.#held.get(identity.user.id) ?? new Map<Connection, Identity>();
    this.#held.set(identity.user.id, ofUser.set(connection, identity));
    this.#closeIfEnded(connection, identity);
  }

  release(connection: Connection, userId: string): void {
    const ofUser = this.#held.get(userId);
    ofUser?.delete(connection);
    if (ofUser?.size === 0) this.#held.delete(userId);
  }

  /** Looks into the database, for what was not heard. */
  async check(): Promise<void> {
    const grants = [...this.#held.values()].flatMap((ofUser) =>
      [...ofUser].map(([connection, { user, sessionId, issuedAt }]) => {
        return { userId: user.id, sessionId, issuedAt, connection };
      }),
    );
    for await (const ended of findEnded(this.#domain, grants)) {
      for (const { connection } of ended) connection.close('invalid_token');
    }
  }

  #closeIfEnded(connection: Connection, identity: Identity): void {
    if (this.#ended.has(identity)) connection.close('invalid_token');
  }
}
