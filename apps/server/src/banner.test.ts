import { expect, test } from 'vitest';
import { banner } from './banner.ts';
import { parseConfig } from './config.ts';

const linesOf = (env: Record<string, string>) =>
  banner(parseConfig(env), { port: 8080, hasWebApp: true, close: async () => {} })
    .split('\n')
    .filter((line) => line.includes('CORS_ORIGINS'));

test('one line says that pages of this machine may call, and only while they may', () => {
  expect(linesOf({})).toEqual([
    '  Front ends    pages of this machine may call, on any port (CORS_ORIGINS= ends that)',
  ]);
  for (const given of ['', 'https://friend.example']) expect(linesOf({ CORS_ORIGINS: given })).toEqual([]);
  expect(linesOf({ HOST: '0.0.0.0' })).toEqual([]);
});
