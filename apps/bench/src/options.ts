import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type ScenarioName, scenarioNames, usualNames } from './scenarios/names.ts';

/** What the command line asks for. */
export interface Options {
  readonly only: readonly ScenarioName[];
  readonly rounds: number;
  /** How long each measurement takes, after its warm-up. */
  readonly seconds: number;
  /** How long a soak takes. */
  readonly minutes: number;
  readonly generators: number;
  readonly database: string;
  readonly json: string | undefined;
  readonly charts: boolean;
}

/** One for every core but the server's, for two on a core only take turns; more than four are never needed. */
const GENERATORS = Math.max(1, Math.min(4, availableParallelism() - 1));

/** A fault of the command line, for whoever typed it. */
export class UsageError extends Error {}

const count = (name: string, max: number) =>
  z.coerce
    .number({ error: `--${name}: must be a number` })
    .int()
    .min(1)
    .max(max, `--${name}: at most ${max}`);

const names = z
  .string()
  .transform((value) => value.split(','))
  .pipe(z.array(z.enum(scenarioNames, { error: `--only: some of ${scenarioNames.join(',')}` })));

const options = z.object({
  only: names.default([...usualNames]),
  rounds: count('rounds', 100).default(3),
  seconds: count('seconds', 600).default(5),
  minutes: count('minutes', 10_000).default(30),
  generators: count('generators', 16).default(GENERATORS),
  database: z
    .url({ protocol: /^postgres(ql)?$/, error: '--database: must be a postgres:// URL' })
    .default('postgres://postgres@127.0.0.1:5432/postgres'),
  json: z.string().optional(),
  charts: z.boolean().default(false),
  help: z.boolean().default(false),
});

export const usage = `pnpm bench [--only ${scenarioNames.join(',')}]
           [--rounds 3] [--seconds 5] [--minutes 30] [--generators ${GENERATORS}] [--database postgres://…] [--json FILE] [--charts]`;

/** @throws UsageError with one line. @returns undefined when help was asked for */
export function parseOptions(args: string[]): Options | undefined {
  const { help, ...parsed } = parse(args);
  return help ? undefined : { ...parsed, json: parsed.json };
}

function parse(args: string[]): z.infer<typeof options> {
  try {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: 'string' },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        minutes: { type: 'string' },
        generators: { type: 'string' },
        database: { type: 'string' },
        json: { type: 'string' },
        charts: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    return options.parse(values);
  } catch (error) {
    const message = error instanceof z.ZodError ? error.issues[0]?.message : undefined;
    throw new UsageError(message ?? (error instanceof Error ? error.message : String(error)));
  }
}
