import { expect, test } from 'vitest';
import { parseOptions } from '../src/options.ts';

test('without flags: everything, three rounds', () => {
  expect(parseOptions([])).toMatchObject({ rounds: 3, seconds: 5, charts: false });
  expect(parseOptions([])?.only).toContain('history');
});

test('flags are taken as they are given', () => {
  expect(parseOptions(['--only', 'sends,rest', '--rounds', '1', '--charts'])).toMatchObject({
    only: ['sends', 'rest'],
    rounds: 1,
    charts: true,
  });
});

test.each([
  [['--only', 'sends,speed'], /^--only: some of sends,/],
  [['--rounds', '0'], /^--rounds: /],
  [['--seconds', 'five'], /^--seconds: must be a number$/],
  [['--database', 'mysql://there/x'], /^--database: must be a postgres:\/\/ URL$/],
  [['--fast'], /--fast/],
  [['sends'], /sends/],
])('%j is refused in one clear line', (args, line) => {
  expect(() => parseOptions(args)).toThrow(line);
  expect(() => parseOptions(args)).not.toThrow(/\n/);
});
