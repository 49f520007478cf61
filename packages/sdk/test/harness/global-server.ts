import { createEmbedded } from '@duet/testing/database';
import { JWT_SECRET, startServer } from '@duet/testing/server';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    serverUrl: string;
  }
}

/** Where the second project finds the server of the first: each has a module of its own. */
const RUNNING = 'DUET_SDK_TEST_SERVER';

/** One real server for all tests, in a process and with a database of its own, known by its URL alone. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = process.env[RUNNING];
  if (running !== undefined) {
    project.provide('serverUrl', running);
    return async () => {};
  }
  const database = createEmbedded();
  const env = { ...database.env, JWT_SECRET, HEARTBEAT_SECONDS: '25', RATE_LIMITS: 'off' };
  const { url, end } = await startServer({ env });
  process.env[RUNNING] = url;
  project.provide('serverUrl', url);
  return async () => {
    await end();
    await database.drop();
  };
}
