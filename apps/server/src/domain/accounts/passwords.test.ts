import { verify } from '@node-rs/argon2';
import { expect, test, vi } from 'vitest';
import { hashPassword, verifyPassword } from './passwords.ts';

// The real library, watched: how long it takes is not for a test, how often it works is.
vi.mock('@node-rs/argon2', async (original) => {
  const library = await original<typeof import('@node-rs/argon2')>();
  return { ...library, verify: vi.fn(library.verify) };
});

test('an unknown name costs one verification of an argon2id hash, as a known one does', async () => {
  const stored = await hashPassword('correct horse');
  const parameters = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;
  expect(stored).toMatch(parameters);
  expect(await verifyPassword(stored, 'correct horse')).toBe(true);
  expect(await verifyPassword(stored, 'wrong')).toBe(false);
  expect(await verifyPassword(undefined, 'correct horse')).toBe(false);
  expect(await verifyPassword(undefined, 'nobody has this password')).toBe(false);
  expect(vi.mocked(verify).mock.calls).toHaveLength(4);
  for (const [hash] of vi.mocked(verify).mock.calls) expect(hash).toMatch(parameters);
});
