import { JWT_SECRET, type RunningServer, startServer as startProcess } from '@duet/testing/server';
import { type Bug, withBugs } from '../../src/sabotage/sabotage.ts';

/** Starts the server, perhaps with bugs, and waits until it serves. */
export function startServer(
  env: Readonly<Record<string, string>>,
  bugs: readonly Bug[] = [],
): Promise<RunningServer> {
  const broken = bugs.length > 0 ? withBugs(bugs) : { execArgv: [], env: {} };
  return startProcess({
    env: { JWT_SECRET, LOG_LEVEL: 'silent', RATE_LIMITS: 'off', ...broken.env, ...env },
    fromSources: bugs.length > 0,
    execArgv: broken.execArgv,
  });
}
