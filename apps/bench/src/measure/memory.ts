import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process's memory that is in RAM, in bytes. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1]) * 1024;
}

/** Garbage of what was done before goes when the server has been idle for some time. */
const SETTLING_SECONDS = 12;

/** The least memory some processes together hold within some seconds of idleness, in bytes. */
export async function settledBytes(pids: readonly number[]): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let second = 0; second < SETTLING_SECONDS; second += 1) {
    await sleep(1000);
    least = Math.min(
      least,
      pids.reduce((sum, pid) => sum + residentBytes(pid), 0),
    );
  }
  return least;
}
