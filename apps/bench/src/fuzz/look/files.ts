import { readdirSync, readFileSync } from 'node:fs';

/** How many files, sockets among them, a process holds open. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

const ESTABLISHED_OR_ENDING = new Set(['01', '04', '05', '08', '09', '0B']);

/** How many connections to a port of this machine its server has not let go of. */
export function connectionsTo(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1);
  return lines.filter((line) => {
    const [, address = '', , state = '', , , , , , inode] = line.trim().split(/\s+/);
    // Without an inode it is the kernel's alone, and no more the process's.
    return address.endsWith(local) && ESTABLISHED_OR_ENDING.has(state) && inode !== '0';
  }).length;
}
