import { hasPython } from '@duet/testing/programs';
import { common, TEMPLATE_SETUP } from '@duet/testing/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    ...common,
    name: 'sdk full',
    include: ['test/{faults,full}/**/*.test.ts'],
    exclude: hasPython('django', 'jwt') ? [] : ['test/full/django.test.ts'],
    globalSetup: [TEMPLATE_SETUP, 'test/harness/global-server.ts'],
  },
});
