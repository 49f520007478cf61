import { common } from '@duet/testing/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { ...common, name: 'bench', include: ['test/**/*.test.ts'], exclude: ['test/full/**'] },
});
