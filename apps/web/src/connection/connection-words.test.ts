import type { ConnectionState, ConnectionStatus } from '@duet/sdk';
import { expect, test } from 'vitest';
import { connectionWords, moodOf } from './connection-words.ts';

const state = (status: ConnectionStatus, reason?: ConnectionState['reason']): ConnectionState => ({
  status,
  reason,
  retryInMs: undefined,
  error: undefined,
});

test('a connection that tries again is still away', () => {
  expect(moodOf(state('waiting', 'network'), true, 'live')).toBe('unreachable');
  expect(moodOf(state('connecting'), true, 'unreachable')).toBe('unreachable');
  expect(moodOf(state('catching-up'), true, 'unreachable')).toBe('catching-up');
  expect(moodOf(state('connecting'), true, 'live')).toBe('connecting');
});

test('a session that is over is told from a page that is too old', () => {
  expect(moodOf(state('closed', 'invalid_refresh_token'), true, 'live')).toBe('over');
  expect(moodOf(state('closed', 'unsupported_protocol'), true, 'live')).toBe('outdated');
});

test('what waits is counted', () => {
  expect(connectionWords('offline', 0)).toBe('You are offline.');
  expect(connectionWords('offline', 1)).toBe('You are offline. 1 message will be sent when you are back.');
  expect(connectionWords('unreachable', 2)).toMatch(/2 messages will be sent when it is back/);
  expect(connectionWords('live', 3)).toBe('');
});
