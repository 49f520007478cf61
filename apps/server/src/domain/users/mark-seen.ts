import { inArray } from 'drizzle-orm';
import { users } from '../../db/schema.ts';
import type { Context } from '../context.ts';

const CHUNK = 1000;

/** Remembers that the last device of these users went away (PROTOCOL 7.6). */
export async function markSeen({ db }: Context, userIds: readonly string[], lastSeenAt: Date): Promise<void> {
  for (let start = 0; start < userIds.length; start += CHUNK) {
    const some = userIds.slice(start, start + CHUNK);
    await db.update(users).set({ lastSeenAt }).where(inArray(users.id, some));
  }
}
