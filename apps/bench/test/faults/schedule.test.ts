import { expect, test } from 'vitest';
import { parseOptions } from '../../src/faults/options.ts';
import { createRandom } from '../../src/faults/random.ts';
import { schedule } from '../../src/faults/schedule/faults.ts';

const plan = { deployment: 'nodes', bus: 'nats', minutes: 10, every: 4 } as const;
const faultsOf = (seed: number, options: Parameters<typeof schedule>[1] = plan) =>
  schedule(createRandom(seed), options);

test('the same seed makes the same things go wrong, another one others', () => {
  expect(faultsOf(1)).toEqual(faultsOf(1));
  expect(faultsOf(1)).not.toEqual(faultsOf(2));
});

test.each(['embedded', 'postgres', 'nodes'] as const)(
  '%s: two kills a minute at least, all kinds in ten minutes',
  (deployment) => {
    for (let seed = 0; seed < 20; seed += 1) {
      const kinds = faultsOf(seed, { ...plan, deployment }).map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind.startsWith('kill')).length).toBeGreaterThanOrEqual(20);
      const possible = { embedded: 7, postgres: 8, nodes: 9 }[deployment];
      expect(new Set(kinds).size).toBe(possible);
    }
  },
);

test('flags are taken as they are given', () => {
  expect(
    parseOptions([
      '--seed',
      '7',
      '--minutes',
      '0.5',
      '--deployment',
      'nodes,postgres',
      '--bug',
      'marker-back',
    ]),
  ).toEqual({
    seed: 7,
    minutes: 0.5,
    deployments: ['nodes', 'postgres'],
    rate: 150,
    every: 4,
    bus: undefined,
    bugs: ['marker-back'],
    out: undefined,
  });
});

test.each([
  [['--deployment', 'nodes,cloud'], /^--deployment: some of embedded,postgres,nodes$/],
  [['--bug', 'moth'], /^--bug: some of /],
  [['--bus', 'redis'], /^--bus: postgres or nats$/],
  [['--minutes', '0'], /^--minutes: at least /],
  [['--seed', '1.5'], /^--seed: must be a whole number$/],
])('%j is refused in one clear line', (args, line) => {
  expect(() => parseOptions(args)).toThrow(line);
});
