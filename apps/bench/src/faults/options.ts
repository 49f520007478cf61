import { parseArgs } from 'node:util';
import { z } from 'zod';
import { UsageError } from '../options.ts';
import { type BugName, bugs, isBugName } from './bugs.ts';
import { type Bus, buses, type DeploymentName, deploymentNames } from './deployment/names.ts';

/** What the command line asks for: a run on each deployment, with each bug if with any. */
export interface Options {
  readonly seed: number;
  readonly minutes: number;
  readonly deployments: readonly DeploymentName[];
  readonly rate: number;
  readonly every: number;
  readonly bus: Bus | undefined;
  readonly bugs: readonly BugName[];
  readonly out: string | undefined;
}

const number = (name: string, min: number, max: number) =>
  z.coerce
    .number({ error: `--${name}: must be a number` })
    .min(min, `--${name}: at least ${min}`)
    .max(max, `--${name}: at most ${max}`);

const list = z.string().transform((value) => value.split(','));
const bugNames = Object.keys(bugs);

const options = z.object({
  seed: number('seed', 0, 2 ** 32 - 1)
    .int('--seed: must be a whole number')
    .optional(),
  minutes: number('minutes', 0.1, 24 * 60).default(5),
  deployment: list
    .pipe(z.array(z.enum(deploymentNames, { error: `--deployment: some of ${deploymentNames.join(',')}` })))
    .default([...deploymentNames]),
  rate: number('rate', 1, 10_000).default(150),
  every: number('every', 1, 600).default(4),
  bus: z.enum(buses, { error: `--bus: ${buses.join(' or ')}` }).optional(),
  bug: list
    .pipe(
      z.array(z.custom<BugName>((name) => isBugName(String(name)), `--bug: some of ${bugNames.join(',')}`)),
    )
    .default([]),
  out: z.string().optional(),
  help: z.boolean().default(false),
});

export const usage = `pnpm faults [--seed N] [--minutes 5] [--deployment ${deploymentNames.join(',')}] [--rate 150] [--every 4]
            [--bus ${buses.join('|')}] [--bug ${bugNames.join(',')}] [--out FILE]`;

/** @throws UsageError with one line. @returns undefined when help was asked for */
export function parseOptions(args: string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        seed: { type: 'string' },
        minutes: { type: 'string' },
        deployment: { type: 'string' },
        rate: { type: 'string' },
        every: { type: 'string' },
        bus: { type: 'string' },
        bug: { type: 'string' },
        out: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    const { seed, minutes, deployment, rate, every, bus, bug, out, help } = options.parse(values);
    if (help) return undefined;
    const chosen = seed ?? Math.floor(Math.random() * 2 ** 32);
    return { seed: chosen, minutes, deployments: deployment, rate, every, bus, bugs: bug, out };
  } catch (error) {
    const message = error instanceof z.ZodError ? error.issues[0]?.message : undefined;
    throw new UsageError(message ?? (error instanceof Error ? error.message : String(error)));
  }
}
