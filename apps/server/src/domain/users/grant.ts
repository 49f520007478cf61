import { sql } from 'drizzle-orm';
import { sessions, users } from '../../db/schema.ts';

/** What access a token gives: whose it is, and what it can be ended by. */
export interface Grant {
  readonly userId: string;
  /** The session of a local account that it was issued in. */
  readonly sessionId: string | undefined;
  readonly issuedAt: Date | undefined;
}

/** What the database knows of a grant, beside the user's row: see `holds`. */
export function standingOf({ sessionId, userId }: Pick<Grant, 'sessionId' | 'userId'>) {
  return {
    validFrom: users.tokensValidFrom,
    hasSession:
      sessionId === undefined
        ? sql<boolean>`true`
        : sql<boolean>`exists (select from ${sessions} where ${sessions.id} = ${sessionId} and ${sessions.userId} = ${userId})`,
  };
}

/** Whether the access goes on: its session was not ended, and it was issued after all access of the user was ended, if it ever was. */
export function holds(
  { issuedAt }: Pick<Grant, 'issuedAt'>,
  { validFrom, hasSession }: { validFrom: Date | null; hasSession: boolean },
): boolean {
  return hasSession && (validFrom === null || (issuedAt !== undefined && issuedAt >= validFrom));
}
