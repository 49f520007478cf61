import { eq, inArray, sql } from 'drizzle-orm';
import { users } from '../../db/schema.ts';
import type { Context } from '../context.ts';

const CHUNK = 1000;

/**
 * Remembers that these users were there at that time (PROTOCOL 7.6). Several nodes may say so of the same people at once, each with a
 * clock of its own: it never moves backwards.
 * @returns when each was last seen, as it is now remembered
 */
export async function markSeen(
  { db }: Context,
  userIds: readonly string[],
  at: Date,
): Promise<Map<string, Date>> {
  const seen = new Map<string, Date>();
  for (let start = 0; start < userIds.length; start += CHUNK) {
    const some = userIds.slice(start, start + CHUNK);
    // In one order on all nodes, or two that write the same rows would wait for each other.
    const locked = db
      .$with('locked')
      .as(
        db
          .select({ id: users.id })
          .from(users)
          .where(inArray(users.id, some))
          .orderBy(users.id)
          .for('no key update'),
      );
    const rows = await db
      .with(locked)
      .update(users)
      .set({ lastSeenAt: sql`greatest(${users.lastSeenAt}, ${sql.param(at, users.lastSeenAt)})` })
      .from(locked)
      .where(eq(users.id, locked.id))
      .returning({ id: users.id, lastSeenAt: users.lastSeenAt });
    for (const { id, lastSeenAt } of rows) if (lastSeenAt) seen.set(id, lastSeenAt);
  }
  return seen;
}
