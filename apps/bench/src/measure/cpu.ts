import { readdirSync, readFileSync } from 'node:fs';
import type { Database } from '../servers/database.ts';

/** Linux counts processes' time in these. */
const TICK_SECONDS = 0.01;

/** The processor time of a process and all its threads so far, in seconds. */
export function cpuOf(pid: number): number {
  const [utime = 0, stime = 0] = timesOf(pid) ?? [];
  return (utime + stime) * TICK_SECONDS;
}

function timesOf(pid: number): number[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, second, is in parentheses and may hold anything; utime, stime, cutime, cstime are 14 to 17.
    return stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15)
      .map(Number);
  } catch {
    return undefined; // gone
  }
}

/** PostgreSQL's processor time so far, in seconds. */
export type DatabaseCpu = () => number;

/**
 * The time of every process of a PostgreSQL on this machine, those excepted that serve other databases.
 * @returns undefined when it runs elsewhere
 */
export async function databaseCpu({ sql, name }: Database): Promise<DatabaseCpu | undefined> {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const postmaster = row && commandOf(row.pid).includes(name) ? parentOf(row.pid) : undefined;
  if (!postmaster) return undefined;
  return () => {
    let seconds = 0;
    for (const entry of readdirSync('/proc')) {
      const pid = Number(entry);
      if (!pid || (pid !== postmaster && parentOf(pid) !== postmaster)) continue;
      if (!servesAnother(pid, name)) seconds += cpuOf(pid);
    }
    return seconds;
  };
}

function parentOf(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]);
  } catch {
    return undefined;
  }
}

/** A backend's command line is `postgres: user database host(port) state`, with a cluster's name before it or not. */
function servesAnother(pid: number, database: string): boolean {
  const line = commandOf(pid);
  return /\(\d+\)/.test(line) && !line.includes(` ${database} `);
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // gone, or a process of another machine
  }
}
