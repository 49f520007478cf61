import { type RunningServer, startServer } from '@duet/testing/server';

export type ServerProcess = RunningServer;

/** Starts a server in a process of its own, as `pnpm start` runs it, and waits until it serves. */
export function startProcess(env: Record<string, string>): Promise<ServerProcess> {
  return startServer({ env });
}
