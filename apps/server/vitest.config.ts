import { common, TEMPLATE_SETUP } from '@duet/testing/vitest';
import { defineConfig } from 'vitest/config';

const embedded = { ...common, globalSetup: [TEMPLATE_SETUP], env: { TEST_DATABASE: 'embedded' } };
/** These change the modules they load: one watches a library, the other lets trpc-to-openapi change the schemas. */
const ALONE = ['src/domain/accounts/passwords.test.ts', 'test/documents/own-handler.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...embedded,
          name: 'server',
          include: ['src/**/*.test.ts', 'test/{api,documents,telemetry}/**/*.test.ts'],
          exclude: ALONE,
        },
      },
      { test: { ...embedded, name: 'server alone', include: ALONE, isolate: true } },
    ],
  },
});
