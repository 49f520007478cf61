import { and, isNotNull, sql } from 'drizzle-orm';
import { arrayOf } from '../../db/array-of.ts';
import { sessions, users } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { type Grant, holds } from './grant.ts';

const CHUNK = 1000;

/** Which of these accesses have ended (PROTOCOL 1.4); for those who may not have heard of it. */
export async function* findEnded<G extends Grant>(
  { db }: Context,
  grants: readonly G[],
): AsyncGenerator<G[]> {
  for (let start = 0; start < grants.length; start += CHUNK) {
    const some = grants.slice(start, start + CHUNK);
    const userIds = [...new Set(some.map(({ userId }) => userId))];
    const sessionIds = [...new Set(some.flatMap(({ sessionId }) => sessionId ?? []))];
    const ended = await db
      .select({ id: users.id, validFrom: users.tokensValidFrom })
      .from(users)
      .where(and(sql`${users.id} = any(${arrayOf(userIds)}::text[])`, isNotNull(users.tokensValidFrom)));
    const validFrom = new Map(ended.map((row) => [row.id, row.validFrom]));
    const there =
      sessionIds.length === 0
        ? []
        : await db
            .select({ id: sessions.id })
            .from(sessions)
            .where(sql`${sessions.id} = any(${arrayOf(sessionIds)}::uuid[])`);
    const alive = new Set(there.map(({ id }) => id));
    yield some.filter((grant) => {
      const { userId, sessionId } = grant;
      const hasSession = sessionId === undefined || alive.has(sessionId);
      return !holds(grant, { validFrom: validFrom.get(userId) ?? null, hasSession });
    });
  }
}
