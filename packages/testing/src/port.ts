import { createServer } from 'node:net';

/** Below the ports that systems hand out by themselves, so that nobody else gets one between our look and its use. */
const FIRST = 20_000;
const LAST = 32_000;
const BLOCK = 100;

/** Each process begins in a block of its own. */
let next = FIRST + (process.pid % ((LAST - FIRST) / BLOCK)) * BLOCK;

/** A port that is free, for a program that cannot choose one itself or has to come back to the same one. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < LAST - FIRST; tries += 1) {
    const port = next;
    next = next + 1 < LAST ? next + 1 : FIRST;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port is free from ${FIRST} to ${LAST}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
