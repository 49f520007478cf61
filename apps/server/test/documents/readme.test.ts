import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { allOperations } from '@duet/contract';
import { createEmbedded } from '@duet/testing/database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { snippets } from '../../../../.ci/snippets.ts';
import { startServerOn, type TestServer } from '../harness/server.ts';

// The README's examples, run as they stand but for the port.

const readme = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8');
const { env, drop } = await createEmbedded();
let server: TestServer;
beforeAll(async () => {
  server = await startServerOn(env);
});
afterAll(async () => {
  await server.stop();
  await drop();
});

const example = (language: string, holding: string) => {
  const found = snippets().filter(
    (snippet) => snippet.language === language && snippet.text.includes(holding),
  );
  expect(found).toHaveLength(1);
  return found[0]?.text.replaceAll('http://localhost:8080', server.url) ?? '';
};
const run = promisify(execFile);

test('two people, one message, with curl; then live, as in the browser', async () => {
  const curl = await run('bash', ['-euo', 'pipefail', '-c', example('sh', 'curl')], { timeout: 60_000 });
  expect(curl.stdout.match(/"content":"Hello, Ben"/g)).toHaveLength(2);

  const script = example('js', 'new WebSocket');
  expect(script.trim().split('\n').length).toBeLessThanOrEqual(15);
  const listening = `${script}\nsockets[1].addEventListener('message', () => sockets.forEach((socket) => socket.close()));`;
  const live = await run(process.execPath, ['--input-type=module', '-e', listening], { timeout: 60_000 });
  expect(live.stdout).toContain('Ben hears');
  expect(live.stdout).toContain('Hello again');
  expect(live.stdout).toContain('seq: 2');
}, 120_000);

test('the table of the API has every operation', () => {
  const rows = [...readme.matchAll(/^\| `((?:GET|POST|PUT) \S+)` +\|/gm)].map(([, row]) => row);
  expect(rows).toEqual(
    allOperations
      .map(({ operation }) => `${operation.method} ${operation.path}`)
      .sort((a, b) => rows.indexOf(a) - rows.indexOf(b)),
  );
});
