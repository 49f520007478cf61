// Times `npx --yes pnpm@12 start` as somebody new sees it: a bare clone of what is committed, an empty home; then once more.
// Usage: node .ci/first-start.ts [--first 40] [--again 3] [--silence 3] [--verbose]; all in seconds, fails when one takes longer.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({
  options: {
    first: { type: 'string', default: '40' },
    again: { type: 'string', default: '3' },
    silence: { type: 'string', default: '3' },
    verbose: { type: 'boolean', default: false },
  },
});
const HANG_MS = 600_000;
const base = mkdtempSync(join(tmpdir(), 'duet-first-start-'));
const [clone, home] = [join(base, 'duet'), join(base, 'home')];

try {
  mkdirSync(home);
  execFileSync('git', ['clone', '--quiet', '.', clone]);
  const port = await freePort();
  const runs = { first: await start(port), again: await start(port) };
  for (const [name, { total, silence, before }] of Object.entries(runs)) {
    const limit = Number(name === 'first' ? flags.first : flags.again);
    console.log(
      `${name}: ${seconds(total)} (at most ${limit} s), silent for ${seconds(silence)} before ${before}`,
    );
    if (total > limit * 1000 || silence > Number(flags.silence) * 1000) process.exitCode = 1;
  }
} finally {
  rmSync(base, { recursive: true, force: true, maxRetries: 5 });
}

/** Starts, waits for the banner, and has it end in order. */
async function start(port: number): Promise<{ total: number; silence: number; before: string }> {
  const env = { PATH: process.env['PATH'], HOME: home, PORT: String(port), SHUTDOWN_DELAY_SECONDS: '0' };
  const started = performance.now();
  const child = spawn('npx', ['--yes', 'pnpm@12', 'start'], {
    cwd: clone,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const hung = setTimeout(() => child.kill(), HANG_MS);
  let [last, silence, before, total, output] = [started, 0, '', 0, ''];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      const now = performance.now();
      if (flags.verbose) process.stdout.write(text.replace(/^(?=.)/gm, `${seconds(now - started)}  `));
      if (total === 0 && now - last > silence)
        [silence, before] = [now - last, JSON.stringify(text.slice(0, 60))];
      last = now;
      output += text;
      if (total > 0 || !output.includes('Duet is running')) return;
      total = now - started;
      child.kill(); // npx, which tells nobody
    });
  }
  await ended;
  clearTimeout(hung);
  if (total === 0) throw new Error(`it ended before it ran:\n${output}`);
  await isFree(port);
  return { total, silence, before };
}

/** Resolves when a server that was told to end has let go of its port. */
async function isFree(port: number): Promise<void> {
  for (const until = performance.now() + 30_000; performance.now() < until; ) {
    if ((await listen(port)) === port) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it goes on after npx was told to end');
}

async function freePort(): Promise<number> {
  return (await listen(0)) ?? 0;
}

/** Takes a port and lets go of it; undefined when somebody has it. */
function listen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
