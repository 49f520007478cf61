import { defineConfig } from 'vitest/config';

const common = { testTimeout: 30_000, hookTimeout: 30_000, isolate: false };

export default defineConfig({
  test: {
    globalSetup: ['test/harness/global-server.ts'],
    projects: [
      { test: { ...common, name: 'sdk', include: ['test/**/*.test.ts'] } },
      {
        test: {
          ...common,
          name: 'react',
          include: ['test/react/*.test.tsx'],
          environment: './test/react/environment.ts',
        },
      },
    ],
  },
});
