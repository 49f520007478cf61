import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createEmbedded } from '@duet/testing/database';
import { endWhenDead } from '@duet/testing/leftovers';
import { freePort } from '@duet/testing/port';
import { descendantsOf, isAlive, titleOf } from '@duet/testing/processes';
import { hasProgram } from '@duet/testing/programs';
import { JWT_SECRET, startServer } from '@duet/testing/server';
import { PATIENCE_MS } from '@duet/testing/wait';
import { expect, onTestFinished, test } from 'vitest';

// `start` and `dev` as they are typed, and a signal for one process of the chain alone, as a supervisor or an IDE sends it.

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const poll = { timeout: PATIENCE_MS, interval: 100 };

test.for([
  ['start', 'npx', 'SIGTERM', /^npm exec /],
  ['start', 'pnpm', 'SIGTERM', /^\S*pnpm start/],
  ['start', 'npx', 'SIGKILL', /^npm exec /],
  ['dev', 'turbo', 'SIGTERM', /^\S*turbo run /],
] as const)('`%s`: %s alone gets a %s', async ([script, _who, signal, title]) => {
  const { database, port, pid, output } = await type(script);
  await expect.poll(output, poll).toContain('Duet is running');

  const all = [pid, ...descendantsOf(pid)];
  const target = all.findLast((pid) => title.test(titleOf(pid)));
  if (target === undefined) throw new Error(`none of ${all.map(titleOf).join('\n')}`);
  process.kill(target, signal);

  await expect.poll(() => all.filter(isAlive).map(titleOf), poll).toEqual([]);
  expect(output()).toContain('"msg":"stopping"');
  expect(await isListening(port)).toBe(false);
  // It let go of its database, too.
  const next = await startServer({ env: { ...database.env, JWT_SECRET } });
  expect(await next.end()).toBe(0);
});

test.runIf(hasProgram('script', '--version'))('`start`: Ctrl-C at a terminal', async () => {
  // What `script` hears is typed at a terminal of its own, whose Ctrl-C reaches all that runs there.
  const { port, pid, output, press, hasEnded } = await type('start', 'at a terminal');
  await expect.poll(output, poll).toContain('Duet is running');
  const all = descendantsOf(pid);
  press('\x03');
  await hasEnded;
  await expect.poll(() => all.filter(isAlive).map(titleOf), poll).toEqual([]);
  expect(output().match(/"msg":"stopping"/g)).toHaveLength(1);
  expect(await isListening(port)).toBe(false);
});

test('`start`: npx alone gets a SIGTERM before the server is there', async () => {
  const { port, pid, output, hasEnded } = await type('start');
  await expect.poll(output, poll).toContain('turbo run build');
  for (const each of descendantsOf(pid))
    onTestFinished(() => void (isAlive(each) && process.kill(each, 'SIGKILL')));
  process.kill(pid, 'SIGTERM');
  await hasEnded; // all that wrote to its output, and so a server that came up all the same
  expect(await isListening(port)).toBe(false);
});

/** Types a script's command, on a database and a port of the test's own. */
async function type(script: string, where: 'in a pipe' | 'at a terminal' = 'in a pipe') {
  const database = createEmbedded();
  onTestFinished(() => database.drop());
  const port = await freePort();
  const command = ['npx', '--yes', 'pnpm@12', script];
  const [program = '', ...args] =
    where === 'in a pipe' ? command : ['script', '-qfec', command.join(' '), '/dev/null'];
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...database.env, JWT_SECRET, PORT: String(port), SHUTDOWN_DELAY_SECONDS: '0' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  endWhenDead(child);
  onTestFinished(() => void child.kill('SIGKILL'));
  const hasEnded = new Promise((resolve) => child.once('close', resolve));
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const press = (key: string) => void child.stdin.write(key);
  return { database, port, pid: child.pid ?? 0, output: () => output, press, hasEnded };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
