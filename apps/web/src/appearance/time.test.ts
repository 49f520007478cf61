import { expect, test } from 'vitest';
import { briefTime, dayName, lastSeen } from './time.ts';

const now = new Date(2026, 10, 25, 12, 0);
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

test('how long ago moves from minutes to the clock, the day and the date', () => {
  expect(briefTime(ago(0), now)).toBe('now');
  expect(briefTime(ago(59), now)).toBe('59 min');
  expect(briefTime(ago(61), now)).toMatch(/10:59/);
  expect(briefTime(ago(13 * 60), now)).toBe('Yesterday');
  expect(briefTime(ago(3 * 24 * 60), now)).toBe('Sun');
  expect(briefTime(ago(30 * 24 * 60), now)).toMatch(/Oct/);
  expect(briefTime(ago(365 * 24 * 60), now)).toMatch(/2025/);
});

test('a clock that is behind the server’s says now', () => {
  expect(briefTime(ago(-5), now)).toBe('now');
  expect(dayName(ago(-5), now)).toBe('Today');
});

test('days have names', () => {
  expect(dayName(ago(60), now)).toBe('Today');
  expect(dayName(ago(13 * 60), now)).toBe('Yesterday');
  expect(dayName(ago(4 * 24 * 60), now)).toMatch(/Saturday/);
  expect(dayName(ago(400 * 24 * 60), now)).toMatch(/2025/);
});

test('when somebody was last there', () => {
  expect(lastSeen(ago(0), now)).toBe('just now');
  expect(lastSeen(ago(5), now)).toBe('5 min ago');
  expect(lastSeen(ago(13 * 60), now)).toMatch(/^yesterday at /);
});
