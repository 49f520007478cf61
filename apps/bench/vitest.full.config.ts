import { binOfPostgres, hasPostgres } from '@duet/testing/programs';
import { common } from '@duet/testing/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig(async () => ({
  test: {
    ...common,
    name: 'bench in full',
    include: ['test/full/*.test.ts'],
    exclude: [
      ...((await hasPostgres()) ? [] : ['test/full/smoke.test.ts']),
      ...(binOfPostgres() === undefined ? ['test/full/faults.test.ts'] : []),
    ],
  },
}));
