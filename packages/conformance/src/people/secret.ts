import { randomUUID } from 'node:crypto';
import { operations } from '@duet/contract';
import { SignJWT } from 'jose';
import type { Request } from '../wire/http.ts';
import { newName } from './accounts.ts';
import type { Person, Source } from './people.ts';

const SHARED = 8;
/** Longer than any run. */
const LIFETIME_SECONDS = 86_400;

/** Now, as tokens have it. */
export function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** People with tokens under the server’s shared secret; the server makes them when it first sees them (PROTOCOL 1.4). */
export function secret(request: Request, key: string): Source {
  const sign = (claims: Record<string, unknown>, alg: string) =>
    new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(key));
  const fresh = async (): Promise<Person> => {
    const claims = {
      sub: randomUUID(),
      preferred_username: newName(),
      exp: nowInSeconds() + LIFETIME_SECONDS,
    };
    const token = await sign(claims, 'HS256');
    const { path, output } = operations.users.me;
    return { ...(await request('GET', path, { token })).as(output), token };
  };
  return {
    shared: () => Promise.all(Array.from({ length: SHARED }, fresh)),
    fresh,
    mint: (claims, alg = 'HS256') => sign({ exp: nowInSeconds() + 60, ...claims }, alg),
    renew: async (person) => person,
  };
}
