import { defineConfig } from 'vitest/config';

// What kills, soaks or fuzzes, or needs PostgreSQL, NATS or proxies: `pnpm test:full`.
export default defineConfig({
  test: { projects: ['{apps,packages}/*/vitest.full.config.ts'] },
});
