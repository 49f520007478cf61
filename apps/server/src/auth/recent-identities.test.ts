import { expect, test } from 'vitest';
import { RecentIdentities } from './recent-identities.ts';

const identity = (id: string, expiresAt = 1e12) => ({
  user: { id, username: id, display_name: id },
  expiresAt: new Date(expiresAt),
  sessionId: undefined,
  issuedAt: undefined,
  checkedAt: 0,
});

const stopped = { now: () => 0, elapsed: () => 0 };

test('a token is known for half a minute, and never beyond its expiry', () => {
  let now = 0;
  const recent = new RecentIdentities({ now: () => now, elapsed: () => now });
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
  const recent = new RecentIdentities(stopped);
  for (let n = 0; n <= 10_000; n += 1) recent.add(`${n}`, identity(`${n}`));
  expect(recent.get('0')).toBeUndefined();
  expect(recent.get('1')?.user.id).toBe('1');
  expect(recent.get('10000')?.user.id).toBe('10000');
});

test('the clock that is set by people does not make half a minute longer, but tokens expire by it', () => {
  let now = 3_600_000;
  let elapsed = 0;
  const recent = new RecentIdentities({ now: () => now, elapsed: () => elapsed });
  recent.add('token', identity('ada', 7_200_000));
  now = 0; // an hour back
  elapsed = 30_000;
  expect(recent.get('token')).toBeUndefined();
  recent.add('token', identity('ada', 7_200_000));
  now = 7_200_000;
  expect(recent.get('token')).toBeUndefined();
});

test('who is forgotten is looked up again, by all of their tokens', () => {
  const recent = new RecentIdentities(stopped);
  recent.add('one', identity('ada'));
  recent.add('two', identity('ada'));
  recent.add('three', identity('ben'));
  recent.forget('ada');
  expect(recent.get('one') ?? recent.get('two')).toBeUndefined();
  expect(recent.get('three')?.user.id).toBe('ben');
});
