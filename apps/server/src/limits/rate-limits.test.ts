import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import type { RunQuery } from '../db/client.ts';
import { impatient } from './impatient.ts';
import { createRateLimits } from './rate-limits.ts';
import { LIMITS, SOCKETS } from './table.ts';

afterEach(() => vi.useRealTimers());

test('PROTOCOL 3.11 says what the table says', () => {
  const protocol = readFileSync(
    new URL('../../../../packages/contract/PROTOCOL.md', import.meta.url),
    'utf8',
  );
  const [, section = ''] = /### 3\.11([\s\S]+?)\n## /.exec(protocol) ?? [];
  const rows = [...section.matchAll(/^\| `(\w+)` +\| (\w+) +\| (\d+) +\| (\d+) s +\|/gm)];
  expect(rows.map(([, name, of, points, seconds]) => [name, of, Number(points), Number(seconds)])).toEqual(
    Object.entries(LIMITS).map(([name, { of, points, seconds }]) => [name, of, points, seconds]),
  );
  for (const count of Object.values(SOCKETS)) expect(section).toContain(count.toLocaleString('en'));
});

test.each([
  ['fails', () => Promise.reject(new Error('no connection'))],
  ['does not answer', () => new Promise<never>(() => {})],
])('a database that %s leaves the node to count by itself', async (_, query: RunQuery) => {
  vi.useFakeTimers();
  const limits = createRateLimits(1, impatient(query));
  const passed = Array.from({ length: 100 }, async () => limits.take('open', 'ada'));
  const settled = Promise.allSettled(passed);
  await vi.advanceTimersByTimeAsync(2000); // it is waited for once
  const results = await settled;
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(60);
  for (const result of results.slice(60)) expect(result).toMatchObject({ reason: { code: 'rate_limited' } });
  limits.close();
});

test('what has expired is deleted every minute, until the end', async () => {
  vi.useFakeTimers();
  const query = vi.fn<RunQuery>(async () => ({ rows: [], rowCount: 0 }));
  const limits = createRateLimits(1, query);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(query).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^delete/), [Date.now()]);
  limits.close();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(query).toHaveBeenCalledOnce();
});
