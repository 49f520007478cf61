// Runs a command for a script of package.json, and ends it with whoever started that script. npx does not pass a SIGTERM on,
// and pnpm leaves behind what it started: without this, a server would go on when they are gone.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

const LOOK_MS = 250;
/** A server ends within 10 s of its signal, whatever hangs. */
const GRACE_MS = 20_000;
/** The programs that scripts are started with, as a list of processes shows them. */
const LAUNCHER = /^(\S*\/)?(npm|npx|pnpm|turbo)\b|^(\S*\/)?node \S*\b(npm|npx|pnpm|turbo)\b/;

const [command = '', ...args] = process.argv.slice(2);
const parent = process.ppid;
const launchers = launchersOf(parent);
// npx was told to end while pnpm installed or built: that went on, and nobody is left to end what comes now.
const isFromNpx = /[\\/]_npx[\\/]/.test(process.env['npm_execpath'] ?? '');
if (isFromNpx && launchers.length > 0 && !launchers.some(({ command }) => /\bnp[mx]\b/.test(command))) {
  console.error('npx has ended, and so does this');
  process.exit(143);
}
const child = spawn(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });

const end = () => {
  clearInterval(watch);
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
};
const watch = setInterval(() => {
  if (process.ppid !== parent || !launchers.every(({ pid }) => isAlive(pid))) end();
}, LOOK_MS);
for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
// A Ctrl-C reaches the command, too, and ends npx: to be told twice is for turbo to kill what it runs.
const hasTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
process.on('SIGINT', () => {
  if (hasTerminal) clearInterval(watch);
});

child.once('error', (error) => {
  console.error(`${command}: ${error.message}`);
  process.exit(1);
});
child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));

/** From a process upwards, as far as the outermost launcher; no further, for a terminal may be left. */
function launchersOf(pid: number): { pid: number; command: string }[] {
  const above: { pid: number; command: string }[] = [];
  for (let next = pid; next > 0; ) {
    const shown = show(next);
    if (!shown) break;
    above.push({ pid: next, command: shown.command });
    next = shown.parent;
  }
  const outermost = above.findLastIndex(({ command }) => LAUNCHER.test(command));
  return above.slice(0, outermost + 1);
}

function show(pid: number): { parent: number; command: string } | undefined {
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-o', 'ppid=,args=', '-p', String(pid)], { encoding: 'utf8' });
    const [, parent, command = ''] = /^\s*(\d+)\s+(.*)/.exec(stdout ?? '') ?? [];
    return parent === undefined ? undefined : { parent: Number(parent), command };
  }
  try {
    const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return { parent: Number(parent), command };
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return Object(error).code === 'EPERM';
  }
}
