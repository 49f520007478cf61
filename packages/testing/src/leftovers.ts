import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What must not outlive the process that made it. */
export type Leftover =
  | { readonly kind: 'process'; readonly pid: number; readonly signal: NodeJS.Signals }
  | { readonly kind: 'mount'; readonly path: string }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'database'; readonly adminUrl: string; readonly name: string };

/** A line to the reaper: something to clear away, or, without it, something that is gone. */
export interface Note {
  readonly id: number;
  readonly leftover?: Leftover;
}

const REAPER = fileURLToPath(new URL('./reaper.ts', import.meta.url));
let reaper: ChildProcess | undefined;
let lastId = 0;

/**
 * Has something cleared away when this process ends, in whatever way: also by SIGKILL, when no handler runs.
 * @returns to be called when it is gone
 */
export function clearWhenDead(leftover: Leftover): () => void {
  lastId += 1;
  const id = lastId;
  note({ id, leftover });
  return () => note({ id });
}

/** Has a child process ended with this one. @param signal the one that ends it at once, and all that it started */
export function endWhenDead(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (child.pid === undefined) return;
  const isGone = clearWhenDead({ kind: 'process', pid: child.pid, signal });
  child.once('exit', isGone);
}

function note(line: Note): void {
  reaper ??= startReaper();
  reaper.stdin?.write(`${JSON.stringify(line)}\n`);
}

/** Detached, so that a Ctrl-C for the whole group does not end it first. */
function startReaper(): ChildProcess {
  const child = spawn(process.execPath, [REAPER], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { PATH: process.env['PATH'] },
  });
  child.unref();
  if (child.stdin && 'unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
  child.stdin?.on('error', () => {});
  return child;
}
