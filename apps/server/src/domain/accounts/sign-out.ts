import { and, eq } from 'drizzle-orm';
import { sessions } from '../../db/schema.ts';
import type { Context } from '../context.ts';
import { endSession } from './end-session.ts';
import { parseRefreshToken } from './refresh-token.ts';

/** Ends the session of a refresh token; a token that does not work anyway is no error (PROTOCOL 3.8). */
export async function signOut(ctx: Context, input: { refresh: string }): Promise<void> {
  const presented = parseRefreshToken(input.refresh);
  if (!presented) return;
  await endSession(ctx, and(eq(sessions.id, presented.sessionId), eq(sessions.tokenHash, presented.hash)));
}
