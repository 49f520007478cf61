import { JEST } from '../versions.ts';
import { EVERYTHING, makeApp, type Platform, runTool } from './platform.ts';

export const jest: Platform = {
  name: 'Jest',
  packages: [...EVERYTHING, `jest@${JEST}`],
  combinations: (place) => ({
    [`Jest ${JEST}, its defaults`]: async () =>
      runTool(place, await makeApp(place, 'jest'), 'jest/bin/jest.js', '--ci'),
  }),
};
