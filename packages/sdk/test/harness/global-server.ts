import type { TestProject } from 'vitest/node';
import { startServer } from './start-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    serverUrl: string;
  }
}

/** One server for all tests, because the first start of an embedded database takes seconds. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, stop } = await startServer();
  project.provide('serverUrl', url);
  return stop;
}
