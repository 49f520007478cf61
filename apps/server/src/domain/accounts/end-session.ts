import type { SQL } from 'drizzle-orm';
import { sessions } from '../../db/schema.ts';
import type { Context } from '../context.ts';

/** Ends a session, if there is one: its refresh token is gone, and its access tokens and sockets end with it, on every node (PROTOCOL 3.8). */
export async function endSession({ db, events }: Context, which: SQL | undefined): Promise<void> {
  const ended = await db
    .delete(sessions)
    .where(which)
    .returning({ id: sessions.id, userId: sessions.userId });
  events.publish(ended.map(({ id, userId }) => ({ type: 'access_ended', userId, sessionId: id })));
}
