import jwt from 'jsonwebtoken';
import { z } from 'zod';
import type { Sender } from './messages.ts';

const claims = z.object({ sub: z.string(), preferred_username: z.string() });

/** Who a token is from. @throws when it does not hold */
export function verifyToken(token: string, secret: string): Sender {
  const { sub, preferred_username } = claims.parse(jwt.verify(token, secret, { algorithms: ['HS256'] }));
  return { id: sub, username: preferred_username };
}
