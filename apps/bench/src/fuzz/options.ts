import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { UsageError } from '../options.ts';

const count = (name: string) =>
  z.coerce
    .number({ error: `--${name}: must be a number` })
    .int()
    .min(0, `--${name}: at least 0`);

const options = z.object({
  seed: count('seed').default(() => randomInt(2 ** 31)),
  requests: count('requests').default(10_000),
  frames: count('frames').default(10_000),
  only: z
    .string()
    .regex(/^(request|session):\d+$/, '--only: request:N or session:N')
    .optional(),
  database: z.url({ protocol: /^postgres(ql)?$/, error: '--database: must be a postgres:// URL' }).optional(),
  url: z.url({ protocol: /^http$/, error: '--url: must be an http:// URL' }).optional(),
  help: z.boolean().default(false),
});
export type FuzzOptions = z.infer<typeof options>;

export const usage = `pnpm fuzz [--seed N] [--requests 10000] [--frames 10000] [--only request:N|session:N]
          [--database postgres://…]               a server of its own on a database there; without it on the embedded one
          [--url http://127.0.0.1:8080]           a server that runs, with RATE_LIMITS=off and this JWT_SECRET`;

/** @throws UsageError with one line */
export function parseFuzzOptions(args: string[]): FuzzOptions {
  try {
    const { values } = parseArgs({
      args,
      options: {
        seed: { type: 'string' },
        requests: { type: 'string' },
        frames: { type: 'string' },
        only: { type: 'string' },
        database: { type: 'string' },
        url: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    return options.parse(values);
  } catch (error) {
    const message = error instanceof z.ZodError ? error.issues[0]?.message : undefined;
    throw new UsageError(message ?? (error instanceof Error ? error.message : String(error)));
  }
}
