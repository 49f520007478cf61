import { hasPostgres } from '@duet/testing/programs';
import { common, TEMPLATE_SETUP } from '@duet/testing/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig(async () => ({
  test: {
    ...common,
    name: 'conformance in full',
    include: ['test/full/*.test.ts'],
    exclude: (await hasPostgres()) ? [] : ['test/full/postgres.test.ts'],
    globalSetup: [TEMPLATE_SETUP],
    maxConcurrency: 3,
  },
}));
