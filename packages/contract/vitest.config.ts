import { common } from '@duet/testing/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { ...common, name: 'contract', include: ['test/**/*.test.ts'] } });
