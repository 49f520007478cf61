import { binOfPostgres, hasPostgres } from '@duet/testing/programs';
import { common } from '@duet/testing/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig(async () => ({
  test: {
    ...common,
    name: 'bench in full',
    isolate: true, // what is undone at the end of a run stays so in its process
    include: ['test/full/*.test.ts'],
    exclude: [
      ...((await hasPostgres()) ? [] : ['test/full/smoke.test.ts']),
      ...(binOfPostgres() === undefined ? ['test/full/faults.test.ts'] : []),
    ],
  },
}));
