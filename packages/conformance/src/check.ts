import { partialDeepStrictEqual } from 'node:assert';
import { inspect, isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';

/** A sentence of the protocol that does not hold: what was expected, and what came. */
export class Failure extends Error {
  readonly expected: string;
  readonly came: string;

  constructor(what: string, expected: unknown, came: unknown) {
    super(what);
    this.expected = show(expected);
    this.came = show(came);
  }
}

/** A case that says nothing about this server, and why. */
export class NotApplicable extends Error {}

/** Something took so long that a case can find nothing out: it is to be run again. */
export class TooSlow extends Error {}

/** The server asks for patience where it cannot be given in the midst of a case: the case is to be run again. */
export class TooFast extends Error {}

export function holds(what: string, condition: boolean, came: unknown = condition): void {
  if (!condition) throw new Failure(what, 'that it holds', came);
}

export function equal(what: string, came: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(came, expected)) throw new Failure(what, expected, came);
}

/** Whether everything in `expected` is in what came, which may hold more. */
export function includes(what: string, came: unknown, expected: object): void {
  try {
    partialDeepStrictEqual(came, expected);
  } catch {
    throw new Failure(what, expected, came);
  }
}

/** What came, held against a schema of the contract. */
export function parse<S extends z.ZodType>(what: string, schema: S, came: unknown): z.output<S> {
  const parsed = schema.safeParse(came);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Failure(what, `the contract’s ${schema.meta()?.id ?? 'schema'} (${faults.join('; ')})`, came);
}

const LONGEST = 600;

function show(value: unknown): string {
  const text =
    typeof value === 'string'
      ? value
      : inspect(value, { depth: 6, breakLength: Infinity, maxStringLength: 200 });
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;
}
