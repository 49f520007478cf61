import { removeFolder, scratchFolder } from '@duet/testing/scratch';
import { JWT_SECRET, startServer } from '@duet/testing/server';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    serverUrl: string;
  }
}

let server: Promise<{ url: string; stop(): Promise<void> }> | undefined;

/** One real server for all tests of all projects, in a process and with a database of its own, known by its URL alone. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const isMine = server === undefined;
  server ??= start();
  const { url, stop } = await server;
  project.provide('serverUrl', url);
  return async () => {
    if (isMine) await stop();
  };
}

async function start() {
  const folder = scratchFolder();
  const env = { DATA_DIR: folder, JWT_SECRET, HEARTBEAT_SECONDS: '1', RATE_LIMITS: 'off' };
  const { url, end } = await startServer({ env });
  return {
    url,
    stop: async () => {
      await end();
      removeFolder(folder);
    },
  };
}
