import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEmbedded } from '@duet/testing/database';
import { removeFolder, scratchFolder } from '@duet/testing/scratch';
import { JWT_SECRET, type RunningServer } from '@duet/testing/server';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sections } from '../src/cases/sections.ts';
import { check, failures, idsOf, PATIENT } from './harness/check.ts';
import { startServer } from './harness/process.ts';

let server: RunningServer;
const database = createEmbedded();
beforeAll(async () => {
  server = await startServer(database.env);
});
afterAll(async () => {
  await server.end();
  await database.drop();
});

/** What needs tokens of its own. */
const MINTED = [
  '1.4.6',
  '1.4.7',
  '1.4.8',
  '1.4.9',
  '1.4.10',
  '1.4.13',
  '1.4.14',
  '1.4.15',
  '1.4.16',
  '1.4.17',
  '1.6.1',
  '3.3.6',
  '3.12.1',
  '3.12.2',
  '3.12.3',
  '3.12.4',
  '3.12.5',
  '4.1.3',
  '4.6.3',
  '7.2.3',
];

test('everything holds on the embedded database, with local accounts', async () => {
  const results = await check('--url', server.url, ...PATIENT);
  expect(failures(results)).toEqual([]);
  expect(idsOf(results, 'not applicable').sort()).toEqual([...MINTED, '3.8.12'].sort());
  expect(results).toHaveLength(sections.flatMap(({ cases }) => cases).length);
});

test('everything holds with tokens that somebody else made, as far as three people go', async () => {
  const folder = scratchFolder();
  const file = join(folder, 'people.json');
  const people = await Promise.all(
    ['ada', 'ben', 'eve'].map(async (name) => {
      const id = randomUUID();
      const username = `${name}-${id.slice(0, 8)}`;
      const claims = { sub: id, preferred_username: username };
      const unsigned = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('1h');
      return { id, username, token: await unsigned.sign(new TextEncoder().encode(JWT_SECRET)) };
    }),
  );
  writeFileSync(file, JSON.stringify(people));
  const results = await check('--url', server.url, '--tokens', file, '--only', '3.2,3.6,4.4,6', ...PATIENT);
  removeFolder(folder);
  expect(failures(results)).toEqual([]);
  expect(idsOf(results, 'holds').length).toBeGreaterThan(20);
  expect(idsOf(results, 'not applicable')).toEqual(['3.2.1', '3.2.2', '3.6.3', '6.7.1']);
});
