import type { FastifyBaseLogger } from 'fastify';
import type { Context } from '../../domain/context.ts';
import { refusalOf } from '../../domain/error.ts';
import { markSeen } from '../../domain/users/mark-seen.ts';

/** Remembers that people were there at that time; what cannot be written is logged, and they are left out of what it resolves with. */
export type RememberSeen = (userIds: readonly string[], at: Date) => Promise<ReadonlyMap<string, Date>>;

/** What presence works with. */
export interface PresenceContext extends Pick<Context, 'events' | 'now'> {
  readonly rememberSeen: RememberSeen;
}

export function presenceContext(ctx: Context, log: FastifyBaseLogger): PresenceContext {
  const { events, now } = ctx;
  const rememberSeen: RememberSeen = async (userIds, at) => {
    try {
      return await markSeen(ctx, userIds, at);
    } catch (err) {
      if (!refusalOf(err)) log.error({ err }, 'when people were last seen could not be written');
      return new Map();
    }
  };
  return { events, now, rememberSeen };
}
