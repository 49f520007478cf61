import { run } from '../run.ts';
import { binary, EVERYTHING, makeApp, type Platform } from './platform.ts';

export const bun: Platform = {
  name: 'Bun',
  packages: [...EVERYTHING, 'bun@1'],
  combinations: (place) => {
    const test = async (file: string) =>
      run(await makeApp(place, 'node'), place.signal, binary(place, '@oven/bun-*/bin/bun*'), file);
    return { 'Bun, import': () => test('import.mjs'), 'Bun, require': () => test('require.cjs') };
  },
};

export const deno: Platform = {
  name: 'Deno',
  packages: [...EVERYTHING, 'deno@2'],
  combinations: (place) => {
    const test = async (file: string) => {
      const app = await makeApp(place, 'node');
      await run(app, place.signal, binary(place, '@deno/*/deno*'), 'run', '--allow-all', file);
    };
    return { 'Deno, import': () => test('import.mjs'), 'Deno, require': () => test('require.cjs') };
  },
};
