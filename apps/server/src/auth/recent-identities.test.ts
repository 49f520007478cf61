import { expect, test } from 'vitest';
import { RecentIdentities } from './recent-identities.ts';

const identity = (id: string, expiresAt = 1e12) => ({
  user: { id, username: id },
  expiresAt: new Date(expiresAt),
});

test('a token is known for half a minute, and never beyond its expiry', () => {
  let now = 0;
  const recent = new RecentIdentities(() => now);
  recent.add('long', identity('ada'));
  recent.add('short', identity('ben', 10_000));
  now = 9_999;
  expect(recent.get('short')?.user.id).toBe('ben');
  now = 10_000;
  expect(recent.get('short')).toBeUndefined();
  now = 29_999;
  expect(recent.get('long')?.user.id).toBe('ada');
  now = 30_000;
  expect(recent.get('long')).toBeUndefined();
});

test('of more than ten thousand the oldest are forgotten', () => {
  const recent = new RecentIdentities(() => 0);
  for (let n = 0; n <= 10_000; n += 1) recent.add(`${n}`, identity(`${n}`));
  expect(recent.get('0')).toBeUndefined();
  expect(recent.get('1')?.user.id).toBe('1');
  expect(recent.get('10000')?.user.id).toBe('10000');
});
