import { common, TEMPLATE_SETUP } from '@duet/testing/vitest';
import { defineConfig } from 'vitest/config';

const withServer = { ...common, globalSetup: [TEMPLATE_SETUP, 'test/harness/global-server.ts'] };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...withServer,
          name: 'sdk',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{faults,full}/**'],
        },
      },
      {
        test: {
          ...withServer,
          name: 'react',
          include: ['test/react/*.test.tsx'],
          environment: './test/react/environment.ts',
        },
      },
    ],
  },
});
