import { common, TEMPLATE_SETUP } from '@duet/testing/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    ...common,
    name: 'conformance',
    include: ['test/*.test.ts'],
    globalSetup: [TEMPLATE_SETUP],
    maxConcurrency: 3,
  },
});
