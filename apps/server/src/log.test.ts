import { DrizzleQueryError } from 'drizzle-orm/errors';
import { expect, test } from 'vitest';
import { createLogger } from './log.ts';

test('a failed query is logged by its cause, without its parameters', () => {
  const lines: string[] = [];
  const log = createLogger('info', { write: (line) => lines.push(line) });
  const cause = Object.assign(new Error('connection lost'), { code: '08006' });
  const query = new DrizzleQueryError('insert into messages …', ['a private word'], cause);
  log.error({ err: new Error(`wrapped: ${query.message}`, { cause: query }) }, 'a request failed');
  expect(lines.join('')).not.toContain('a private word');
  const { err } = JSON.parse(lines[0] ?? '');
  expect(err).toMatchObject({ type: 'Error', message: 'connection lost', code: '08006' });
  expect(err.stack).toContain('log.test.ts');
});
