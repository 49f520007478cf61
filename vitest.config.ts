import { defineConfig } from 'vitest/config';

// The tests of every change: `pnpm test`. One run for all packages, so that one pool of workers has the cores.
export default defineConfig({
  test: { projects: ['{apps,packages}/*/vitest.config.ts'] },
});
