import { type CryptoKey, exportJWK, generateKeyPair, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose';
import { beforeEach, expect, test } from 'vitest';
import { issuerKeys } from './issuer-keys.ts';

// What takes minutes, in the time of a clock of its own; `test/api/jwks.test.ts` has the rest.

let published: JSONWebKeySet['keys'];
let isAway: boolean;
let reads: number;
let failures: number;
let now: number;
let verify: (token: string) => Promise<unknown>;
beforeEach(() => {
  [published, isAway, reads, failures, now] = [[], false, 0, 0, 0];
  const keys = issuerKeys({
    read: async () => {
      reads += 1;
      if (isAway) throw new Error('away');
      return { keys: [...published] };
    },
    onFailure: () => (failures += 1),
    elapsed: () => now,
  });
  verify = (token) => jwtVerify(token, keys);
});

async function publish(kid: string): Promise<string> {
  const pair = await generateKeyPair('ES256');
  published.push({ ...(await exportJWK(pair.publicKey)), kty: 'EC', kid, alg: 'ES256' });
  return sign(kid, pair.privateKey);
}
const sign = (kid: string, key: CryptoKey) =>
  new SignJWT({ sub: 'ada' }).setProtectedHeader({ alg: 'ES256', kid }).sign(key);
const MINUTE_MS = 60_000;

test('a new key is taken, seconds after the keys were read last', async () => {
  await verify(await publish('old'));
  const token = await publish('new');
  await expect(verify(token)).rejects.toThrow('no applicable key');
  now += 5000;
  await verify(token);
  expect(reads).toBe(2);
});

test('a withdrawn key is refused after ten minutes, also when nobody came meanwhile', async () => {
  const token = await publish('old');
  await verify(token);
  published = [];
  await publish('new');
  now += 10 * MINUTE_MS;
  await verify(token);
  now += 1;
  await expect(verify(token)).rejects.toThrow('no applicable key');
});

test('whatever tokens come, the issuer is asked once in five seconds', async () => {
  await verify(await publish('known'));
  const { privateKey } = await generateKeyPair('ES256');
  for (let n = 0; n < 100; n += 1) {
    now += 100;
    await expect(verify(await sign(`${n}`, privateKey))).rejects.toThrow('no applicable key');
  }
  expect(reads).toBe(1 + 2);
  isAway = true;
  for (let n = 0; n < 100; n += 1) {
    now += 100;
    await expect(verify(await sign(`${n}`, privateKey))).rejects.toThrow('no applicable key');
  }
  expect(reads).toBe(1 + 2 + 2);
});

test('while the issuer is away, known keys are good for a day, and no longer', async () => {
  const token = await publish('known');
  await verify(token);
  isAway = true;
  for (let hours = 1; hours <= 24; hours += 1) {
    now = hours * 60 * MINUTE_MS;
    await verify(token);
  }
  expect(failures).toBe(24);
  now += 1;
  await expect(verify(token)).rejects.toThrow('away');
  isAway = false;
  now += 5000;
  await verify(token);
});

test('an issuer that was never reached is asked once in a second', async () => {
  isAway = true;
  const token = await publish('known');
  for (let n = 0; n < 10; n += 1) await expect(verify(token)).rejects.toThrow('away');
  expect(reads).toBe(1);
  isAway = false;
  now += 1000;
  await verify(token);
});
