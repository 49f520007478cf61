import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Leftover, Note } from './leftovers.ts';

// A process that waits for another one to end, and then clears away what that one left behind. Its input ends when
// every process that holds the other end of the pipe is gone.

const leftovers = new Map<number, Leftover>();

for await (const line of createInterface({ input: process.stdin })) {
  const { id, leftover }: Note = JSON.parse(line);
  if (leftover) leftovers.set(id, leftover);
  else leftovers.delete(id);
}

/** Who uses something goes before it. */
const ORDER: readonly Leftover['kind'][] = ['process', 'database', 'mount', 'folder'];
for (const kind of ORDER) {
  for (const leftover of [...leftovers.values()].reverse()) {
    if (leftover.kind !== kind) continue;
    await clear(leftover).catch((error: unknown) =>
      console.error(`left behind: ${JSON.stringify(leftover)}`, error),
    );
  }
}

async function clear(leftover: Leftover): Promise<void> {
  switch (leftover.kind) {
    case 'process':
      return end(leftover.pid, leftover.signal);
    case 'mount':
      spawnSync('umount', ['--lazy', leftover.path]);
      return;
    case 'folder':
      return rmSync(leftover.path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    case 'database':
      return drop(leftover.adminUrl, leftover.name);
  }
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in the same moment.
  }
}

async function drop(adminUrl: string, name: string): Promise<void> {
  const { default: postgres } = await import('postgres');
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {}, connect_timeout: 5 });
  try {
    await sql`drop database if exists ${sql(name)} with (force)`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
