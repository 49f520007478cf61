import { defineConfig } from 'vitest/config';
import { hasPostgres } from './src/programs.ts';
import { common } from './src/vitest.ts';

export default defineConfig(async () => ({
  test: {
    ...common,
    name: 'testing',
    include: ['test/full/*.test.ts'],
    exclude: (await hasPostgres()) ? [] : ['test/full/leftovers.test.ts'],
  },
}));
