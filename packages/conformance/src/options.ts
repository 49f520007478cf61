import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type TokensFile, tokensFile } from './people/tokens.ts';

/** What the command line asks for. */
export interface Options {
  readonly urls: readonly [string, ...string[]];
  /** Sections, cases, or what they begin with: `3`, `3.6`, `3.6.2`. */
  readonly only: readonly string[];
  readonly jwtSecret: string | undefined;
  readonly tokens: TokensFile | undefined;
  readonly patienceMs: number;
  readonly json: boolean;
}

/** A fault of the command line, for whoever typed it. */
export class UsageError extends Error {}

export const usage = `pnpm conformance --url http://localhost:8080 [--url http://another.node:8080]
                 [--only 3.6,7] [--jwt-secret SECRET | --tokens FILE] [--patience 5] [--json]`;

const options = z
  .object({
    url: z
      .array(
        z
          .url({ protocol: /^https?$/, error: '--url: must be an http or https URL' })
          .transform((url) => url.replace(/\/+$/, '')),
        '--url: which server?',
      )
      .min(1),
    only: z
      .string()
      .transform((value) => value.split(',').map((part) => part.trim()))
      .pipe(z.array(z.string().regex(/^\d+(\.\d+)*$/, '--only: numbers of sections, as 3.6 or 3.6,7')))
      .default([]),
    'jwt-secret': z.string().min(1, '--jwt-secret: must not be empty').optional(),
    tokens: z.string().optional(),
    patience: z
      .string()
      .regex(/^\d+(\.\d+)?$/, '--patience: must be a number of seconds')
      .transform(Number)
      .pipe(z.number().min(0.1, '--patience: 0.1 to 120 seconds').max(120, '--patience: 0.1 to 120 seconds'))
      .default(5),
    json: z.boolean().default(false),
    help: z.boolean().default(false),
  })
  .refine((given) => given['jwt-secret'] === undefined || given.tokens === undefined, {
    error: '--tokens: excludes --jwt-secret',
  });

/** @throws UsageError with one line. @returns undefined when help was asked for */
export function parseOptions(args: string[]): Options | undefined {
  const given = raw(args);
  if (given['help'] === true) return undefined;
  const parsed = options.safeParse(given);
  if (!parsed.success) throw new UsageError(parsed.error.issues[0]?.message ?? 'a bad option');
  const { url, only, patience, json, tokens, 'jwt-secret': jwtSecret } = parsed.data;
  const [first, ...others] = url;
  if (first === undefined) throw new UsageError('--url: which server?');
  return {
    urls: [first, ...others],
    only,
    jwtSecret,
    tokens: tokens === undefined ? undefined : readTokens(tokens),
    patienceMs: patience * 1000,
    json,
  };
}

function raw(args: string[]): Record<string, unknown> {
  try {
    return parseArgs({
      args,
      options: {
        url: { type: 'string', multiple: true },
        only: { type: 'string' },
        'jwt-secret': { type: 'string' },
        tokens: { type: 'string' },
        patience: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    const [line] = error instanceof Error ? error.message.split('. ') : [];
    throw new UsageError(line ?? String(error));
  }
}

function readTokens(file: string): TokensFile {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new UsageError(`--tokens: ${file} cannot be read as JSON`);
  }
  const parsed = tokensFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(`--tokens: ${[...(issue?.path ?? []), issue?.message].join(': ')}`);
}
