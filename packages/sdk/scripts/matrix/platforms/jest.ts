import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JEST } from '../versions.ts';
import { EVERYTHING, makeApp, type Platform, runTool } from './platform.ts';

export const jest: Platform = {
  name: 'Jest',
  packages: [...EVERYTHING, `jest@${JEST}`],
  combinations: (place) => ({
    [`Jest ${JEST}, its defaults`]: async () => {
      const app = await makeApp(place, 'jest');
      writeFileSync(join(app, 'package.json'), '{}'); // where Jest begins to look for tests
      await runTool(place, app, 'jest/bin/jest.js', '--ci');
    },
  }),
};
