import { SignJWT, UnsecuredJWT } from 'jose';
import type { Random } from '../random.ts';
import { mint, type World } from '../world.ts';
import { oddText } from './text.ts';

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An `Authorization` header that is not what it should be, or is, of somebody odd. */
export async function oddAuthorization(world: World, random: Random, id: string): Promise<string> {
  const token = await oddToken(world, random, id);
  return random.pick([
    `Bearer ${token}`,
    `Bearer ${token}`,
    `Bearer ${token}`,
    `Bearer ${token}`,
    `bearer  ${token}`,
    `Bearer\t${token}`,
    `Bearer ${token}, Bearer ${token}`,
    `Basic ${Buffer.from('a:b').toString('base64')}`,
    `Bearer`,
    `Token ${token}`,
    token,
  ]);
}

/** A token that is expired, forged, garbled, or in order and of somebody with an odd name. */
export function oddToken(world: World, random: Random, id: string): Promise<string> {
  const { secret } = world;
  const now = Math.floor(Date.now() / 1000);
  const exp = now + 600;
  const sub = world.victims.a.id;
  const bytes = new TextEncoder().encode(secret);
  const valid = random.pick(world.callers).a.token;
  const [head = '', body = '', signature = ''] = valid.split('.');
  return random.pick<() => Promise<string>>([
    async () => '',
    async () => 'x',
    async () => '..',
    async () => random.bytes(30).toString('base64url'),
    async () => 'a.'.repeat(2000),
    async () => `${part({ alg: 'HS256' })}.${'A'.repeat(7000)}.x`,
    async () => new UnsecuredJWT({ sub, exp }).encode(),
    async () => `${part({ alg: 'none' })}.${part({ sub, exp })}.`,
    async () => `${part({ alg: 'NONE', typ: 'JWT' })}.${part({ sub, exp })}.${signature}`,
    async () => `${part({ alg: 'HS256' })}.${part({ sub, exp })}.${signature}`,
    async () => `${part({ alg: 'HS256', crit: ['x'], x: 1 })}.${body}.${signature}`,
    async () => `${head}.${body}.${signature.slice(0, -1)}`,
    async () => `${head}.${body}.${signature}=`,
    async () => `${head}.${body}.`,
    async () => `${head}.${body}`,
    async () => `${part('x')}.${part(null)}.${signature}`,
    () => mint(secret, { sub, exp: now - 1 }),
    () => mint(secret, { sub, exp: -1 }),
    () => mint(secret, { sub, nbf: now + 3600 }),
    () => mint(`${secret}x`, { sub }),
    () => mint(secret, { sub }, 'HS512'),
    () => new SignJWT({ sub }).setProtectedHeader({ alg: 'HS256' }).sign(bytes),
    () => mint(secret, { name: 'nobody' }),
    async () => {
      // In order, and so let in, unless its subject is nothing that can be stored.
      const subject = `odd-${id}-${oddText(random)}`;
      const token = await mint(secret, {
        sub: subject,
        preferred_username: oddText(random),
        exp: random.pick([exp, 1e17]),
      });
      world.tokens.set(token, subject);
      return token;
    },
    async () => signed(bytes, random.pick(['1', '{}', '["x"]', 'null', '""', '"\\ud800"', '"a\\u0000"'])),
  ])();
}

/** Signed as it should be, its subject a piece of JSON. */
async function signed(secret: Uint8Array, subject: string): Promise<string> {
  const key = await crypto.subtle.importKey(
    'raw',
    Uint8Array.from(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const content = `${part({ alg: 'HS256' })}.${Buffer.from(`{"sub":${subject},"exp":9999999999}`).toString('base64url')}`;
  const signature = await crypto.subtle.sign('HMAC', key, Buffer.from(content));
  return `${content}.${Buffer.from(signature).toString('base64url')}`;
}
