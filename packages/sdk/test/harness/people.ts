import { randomUUID } from 'node:crypto';
import { JWT_SECRET } from '@duet/testing/server';
import { SignJWT } from 'jose';
import { inject } from 'vitest';
import { createRest, type Rest, type RestOptions } from '../../src/index.ts';

/** A token as another system would sign it, by its own clock. */
export function mint(sub: string, secondsLeft = 60, now = Date.now()): Promise<string> {
  const exp = Math.floor(now / 1000) + secondsLeft;
  return new SignJWT({ sub, exp, preferred_username: sub })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(JWT_SECRET));
}

/** Somebody new, at the real server unless the options say otherwise. */
export async function person(options: Partial<RestOptions> = {}): Promise<Rest & { id: string }> {
  const id = randomUUID();
  const getToken = () => mint(id);
  await createRest({ url: inject('serverUrl'), getToken }).users.me();
  return { id, ...createRest({ url: inject('serverUrl'), getToken, ...options }) };
}

/** A token of the operator’s own back end. */
export function mintService(): Promise<string> {
  const exp = Math.floor(Date.now() / 1000) + 60;
  return new SignJWT({ sub: 'back-end', exp, duet_role: 'service' })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(JWT_SECRET));
}
