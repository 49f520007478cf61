import { run } from '../run.ts';
import { NODES } from '../versions.ts';
import { EVERYTHING, makeApp, type Platform } from './platform.ts';

export const node: Platform = {
  name: 'Node',
  packages: EVERYTHING,
  combinations: (place) => {
    const test = async (version: (typeof NODES)[number], file: string) =>
      run(await makeApp(place, 'node'), place.signal, place.node(version), file);
    return Object.fromEntries(
      NODES.flatMap((version) => [
        [`Node ${version}, import`, () => test(version, 'import.mjs')],
        [`Node ${version}, require`, () => test(version, 'require.cjs')],
      ]),
    );
  },
};
