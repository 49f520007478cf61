import { z } from 'zod';
import type { Random } from '../random.ts';
import { oddText, plainText } from './text.ts';

/** The words of JSON Schema that the contract's documents use of what comes in. */
export const jsonSchema = z.looseObject({
  type: z.string().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  format: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  maxItems: z.number().optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), jsonSchema).optional();
  },
  get items() {
    return jsonSchema.optional();
  },
});
export type JsonSchema = z.infer<typeof jsonSchema>;

/** What a schema cannot say: a value of a field that means something to this server. */
export type Known = (field: string, random: Random) => unknown;

/** An object, its values as JSON text: so that it can hold what no JavaScript value is, and a name twice. */
export type Fields = [name: string, literal: string][];

export function render(fields: Fields): string {
  return `{${fields.map(([name, literal]) => `${JSON.stringify(name)}:${literal}`).join(',')}}`;
}

/** Fields that the schema of an object allows; an optional one is left out now and then. */
export function fieldsOf(schema: JsonSchema, random: Random, known: Known): Fields {
  const required = new Set(schema.required);
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => required.has(name) || random.chance(0.5))
    .map(([name, property]) => [name, JSON.stringify(fieldValue(name, property, random, known))]);
}

/** A value that the schema of a field allows. */
export function fieldValue(name: string, schema: JsonSchema, random: Random, known: Known): unknown {
  if (schema.const !== undefined) return schema.const;
  const [first, ...others] = schema.enum ?? [];
  if (first !== undefined) return random.pick([first, ...others]);
  const meant = known(name, random);
  if (meant !== undefined) return meant;
  if (schema.format === 'uuid') return random.uuid();
  const { items, minimum = 0, maximum = 100, maxItems = 3 } = schema;
  switch (schema.type) {
    case 'boolean':
      return random.chance(0.5);
    case 'integer':
      return minimum + random.below(Math.min(maximum - minimum, 60) + 1);
    case 'array': {
      const length = random.below(Math.min(maxItems, 5) + 1);
      return Array.from({ length }, () => items && fieldValue(name.replace(/s$/, ''), items, random, known));
    }
    default:
      return plainText(random)
        .slice(0, schema.maxLength)
        .padEnd(schema.minLength ?? 0, '.');
  }
}

const OTHER_TYPES = [
  'null',
  'true',
  '1',
  '"x"',
  '[]',
  '{}',
  '-0',
  '1.5',
  '1e400',
  '-1e400',
  '1e-400',
  '123456789012345678901234567890',
  '2147483648',
  '-2147483649',
  '9007199254740993',
  '"1"',
  '[["x"]]',
  '{"toString":1}',
  '{"__proto__":{"x":1}}',
  '"\\ud800"',
  '"\\u0000"',
] as const;

const EXTRA_NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'type',
  'id',
  'user_id',
  'sender_id',
  '',
  '\0',
  '\ud800',
  'x'.repeat(5000),
] as const;

/** The same object with one thing about it changed. */
export function mutate(fields: Fields, schema: JsonSchema, random: Random): Fields {
  const [first = 'type', ...more] = Object.keys(schema.properties ?? {});
  const name = random.pick([first, ...more]);
  const set = (literal: string): Fields => [...fields.filter(([each]) => each !== name), [name, literal]];
  const property = schema.properties?.[name] ?? {};
  switch (random.below(9)) {
    case 0:
      return fields.filter(([each]) => each !== name);
    case 1:
    case 2:
      return set(random.pick(OTHER_TYPES));
    case 3:
    case 4:
      return set(boundary(property, random));
    case 5:
      return [...set(JSON.stringify(oddText(random))), [name, random.pick(OTHER_TYPES)]];
    case 6:
      return [...fields, [random.pick(EXTRA_NAMES), random.pick(OTHER_TYPES)]];
    case 7:
      return set(JSON.stringify(oddText(random)));
    default:
      return set(nested(random));
  }
}

/** What lies at an edge of what the schema allows, or one beyond it. */
function boundary({ type, minimum, maximum, minLength, maxLength, maxItems }: JsonSchema, random: Random) {
  const step = random.pick([-1, 0, 1]);
  if (type === 'integer') return String((random.chance(0.5) ? (minimum ?? 0) : (maximum ?? 1000)) + step);
  if (type === 'array')
    return JSON.stringify(Array.from({ length: (maxItems ?? 10) + step }, () => random.uuid()));
  const length = Math.max(0, (random.chance(0.3) ? (minLength ?? 0) : (maxLength ?? 36)) + step);
  return JSON.stringify(random.pick(['x', 'é', '\u{1f600}']).repeat(length));
}

function nested(random: Random): string {
  const depth = random.pick([10, 1000, 20_000]);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ] as const);
  return open.length * depth > 50_000 ? '['.repeat(depth) : `${open.repeat(depth)}1${close.repeat(depth)}`;
}

/** Text that is not the JSON of an object. */
export function notAnObject(random: Random): string {
  return random.pick([
    '',
    ' ',
    '[]',
    'null',
    '1e400',
    '"x"',
    '{',
    '{"a"',
    '{"a":1}}',
    '{"a":1}{"b":2}',
    "{'a':1}",
    '{a:1}',
    '{"a":NaN}',
    '{"a":01}',
    '{"a":"\n"}',
    '{"a":"\\x"}',
    '{"a":1,}',
    '\ufeff{}',
    '[{}]',
    'undefined',
    '['.repeat(30_000),
    '{"a":'.repeat(10_000),
  ]);
}
