import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { bounded } from '@duet/testing/wait';
import { afterAll, test } from 'vitest';
import { parseOptions, UsageError } from '../src/options.ts';
import { PATIENT } from './harness/check.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
/** For servers on which no case needs anybody. */
const NOBODY = ['--jwt-secret', 'never used', '--only', '3.10.4', ...PATIENT];

const endings: (() => void)[] = [];
afterAll(() => {
  for (const end of endings) end();
});

async function run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  endings.push(() => child.kill('SIGKILL'));
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const end = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code: await bounded('the end of the suite', end), out, err };
}

/** Something that listens, and answers like this. */
async function pretend(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

const healthy = () =>
  pretend((request, response) =>
    response.writeHead(/^\/(health|ready)z$/.test(request.url ?? '') ? 200 : 404).end(),
  );

test.for<[string, string[], RegExp]>([
  ['no server', [], /^--url: which server\?$/],
  ['a URL that is none', ['--url', 'localhost:8080'], /^--url: must be an http or https URL$/],
  ['an unknown option', ['--url', 'http://localhost', '--fast'], /^Unknown option '--fast'$/],
  [
    'a section that is no number',
    ['--url', 'http://localhost', '--only', 'all'],
    /^--only: numbers of sections/,
  ],
  ['no patience', ['--url', 'http://localhost', '--patience', '0'], /^--patience: 0\.1 to 120 seconds$/],
  ['two sources of people', ['--url', 'http://localhost', '--jwt-secret', 'x', '--tokens', 'x'], /excludes/],
  [
    'a file that is not there',
    ['--url', 'http://localhost', '--tokens', '/nowhere'],
    /^--tokens: \/nowhere cannot be/,
  ],
  ['a file of something else', ['--url', 'http://localhost', '--tokens', MAIN], /cannot be read as JSON$/],
])('%s is refused in one line', ([, args, line], { expect }) => {
  expect(() => parseOptions(args)).toThrow(UsageError);
  expect(() => parseOptions(args)).toThrow(line);
});

test.concurrent.for<[string, string[], RegExp]>([
  ['a bad option', ['--url', 'http://localhost', '--only', '9.9'], /--only: no case is numbered 9\.9/],
  [
    'a server that is not there',
    ['--url', 'http://127.0.0.1:1'],
    /no server answers at http:\/\/127\.0\.0\.1:1/,
  ],
])('%s: one line and exit code 2', async ([, args, line], { expect }) => {
  const { code, out, err } = await run(...args);
  expect(err).toMatch(line);
  expect([code, out, err.trim().split('\n').length]).toEqual([2, '', 1]);
});

test.concurrent('a server that takes the connection and says nothing is given up', async ({ expect }) => {
  const { code, err } = await run('--url', await pretend(() => {}), '--patience', '0.5');
  expect([code, err.trim().split('\n').length]).toEqual([2, 1]);
});

test.concurrent('a server without accounts needs people from elsewhere', async ({ expect }) => {
  const { code, err } = await run('--url', await healthy(), ...PATIENT);
  expect(err).toContain('give it people with --jwt-secret or --tokens');
  expect(code).toBe(2);
});

test.concurrent('what holds is told by section, with the counts at the end: exit code 0', async ({
  expect,
}) => {
  const { code, out } = await run('--url', await healthy(), ...NOBODY);
  expect(out.trim().split('\n')).toEqual([
    '3.10 Everything else',
    '  ✓ 3.10.4  /healthz is 200 while the process lives, /readyz when it can serve',
    '',
    '1 cases: 1 hold, 0 fail, 0 not applicable',
  ]);
  expect(code).toBe(0);
});

test.concurrent('what fails is told with what was expected and what came: exit code 1', async ({
  expect,
}) => {
  const url = await pretend((_request, response) => response.writeHead(500).end('broken'));
  const { code, out } = await run('--url', url, ...NOBODY);
  expect(out).toMatch(/✗ 3\.10\.4 .*\n {6}\/healthz\n {6}expected {2}200\n {6}came {6}500\n/);
  expect(out).toContain('1 cases: 0 hold, 1 fail, 0 not applicable');
  expect(code).toBe(1);
});

test.concurrent('--json has the counts and every result', async ({ expect }) => {
  const { code, out } = await run('--url', await healthy(), '--json', ...NOBODY);
  expect(JSON.parse(out)).toMatchObject({
    counts: { holds: 1, fails: 0, notApplicable: 0 },
    results: [{ id: '3.10.4', outcome: 'holds' }],
  });
  expect(code).toBe(0);
});

test.concurrent('on 429 it waits as long as it is told to, and asks again', async ({ expect }) => {
  const asked = new Map<string, number[]>();
  const url = await pretend((request, response) => {
    const times = asked.get(request.url ?? '') ?? [];
    asked.set(request.url ?? '', [...times, performance.now()]);
    if (times.length === 0 && request.url !== '/') response.writeHead(429, { 'retry-after': '1' }).end();
    else response.writeHead(200).end();
  });
  const { code } = await run('--url', url, ...NOBODY);
  const [first = 0, second = 0] = asked.get('/healthz') ?? [];
  expect(second - first).toBeGreaterThan(900); // without the wait it is nothing
  expect(code).toBe(0);
});

test.concurrent('a run ends, whatever the server does', async ({ expect }) => {
  // It says that it has no accounts, and then nothing any more.
  const url = await pretend((request, response) => {
    if (request.url === '/' || request.url === '/api/auth/register/') response.writeHead(404).end();
  });
  const { code, out } = await run(
    '--url',
    url,
    '--jwt-secret',
    'x',
    '--only',
    '1.4.1,7.1.1',
    '--patience',
    '10', // in which even a slow machine gives the first two answers
  );
  expect(out).toMatch(/\d+ cases: 0 hold, \d+ fail, \d+ not applicable/);
  expect(code).toBe(1);
});
