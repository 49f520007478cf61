import { readFileSync } from 'node:fs';
import { createEmbedded } from '@duet/testing/database';
import { JWT_SECRET } from '@duet/testing/server';
import { expect, test } from 'vitest';
import { check, idsOf, PATIENT } from '../harness/check.ts';
import { startServer } from '../harness/process.ts';
import { brokenServers } from './bugs.ts';

/** What does not come from a broken server need not be waited for long. */
const IMPATIENT = ['--patience', '5'];

test.concurrent.for(brokenServers)('$what: caught', async ({ bugs, caughtBy, whole }, { expect }) => {
  const database = createEmbedded();
  const server = await startServer(database.env, bugs);
  try {
    const wanted = whole ? PATIENT : ['--only', caughtBy.join(','), ...IMPATIENT];
    const results = await check('--url', server.url, '--jwt-secret', JWT_SECRET, ...wanted);
    expect(idsOf(results, 'fails').sort()).toEqual([...caughtBy].sort());
  } finally {
    await server.end();
    await database.drop();
  }
});

test('the README says of every broken server which cases caught it', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const table = readme.split('\n').filter((line) => /^\| .* \| .*\d\.\d/.test(line));
  const cells = table.map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, 3),
  );
  expect(cells).toEqual(brokenServers.map(({ what, caughtBy }) => [what, caughtBy.join(', ')]));
});
