import { DuetError } from '@duet/sdk';
import { expect, test } from 'vitest';
import { signInErrors } from './sign-in-errors.ts';

test('who tried too often is told how long to wait', () => {
  const words = (retryAfterMs: number) =>
    signInErrors(new DuetError('rate_limited', 'too many', { retryAfterMs }))[0]?.words;
  expect(words(42_000)).toBe('Too many tries. Wait 42 seconds and try again.');
  expect(words(290_000)).toBe('Too many tries. Wait 5 minutes and try again.');
});
