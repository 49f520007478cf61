import { common, TEMPLATE_SETUP } from '@duet/testing/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    ...common,
    name: 'sdk faults',
    include: ['test/faults/**/*.test.ts'],
    globalSetup: [TEMPLATE_SETUP],
  },
});
