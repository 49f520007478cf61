import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { PATIENCE_MS } from './wait.ts';

const beside = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * What every project of tests is made of. A test is given up when it hangs, not when the machine is slow. Files share a worker, and so the modules
 * they load; a project whose files change these says `isolate: true`.
 */
export const common = {
  testTimeout: 300_000,
  hookTimeout: 300_000,
  teardownTimeout: 60_000,
  expect: { poll: { timeout: PATIENCE_MS } },
  isolate: false,
  maxWorkers: availableParallelism() + 1,
  setupFiles: [beside('./seed.ts')],
};

/** Global setup that makes the database which `createEmbedded` copies. */
export const TEMPLATE_SETUP = beside('./template.ts');
