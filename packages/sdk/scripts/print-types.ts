import type { Schema, Schemas } from './schemas.ts';

// json-schema-to-typescript would print `User1` for a described reference and no `| undefined` for what may be left out,
// which callers with `exactOptionalPropertyTypes` need.

/** A declaration for each schema, documented. */
export function printTypes(schemas: Schemas): string {
  return Object.entries(schemas)
    .map(([name, schema]) => {
      const isInterface = schema.type === 'object' && !isEmpty(schema);
      const declared = isInterface
        ? `interface ${name} ${typeOf(schema)}`
        : `type ${name} = ${typeOf(schema)};`;
      return `${docs(schema)}export ${declared}`;
    })
    .join('\n\n');
}

/** A schema as a TypeScript type; what has an id is named. */
export function typeOf(schema: Schema | boolean | undefined): string {
  if (typeof schema !== 'object') throw new Error(`no type for ${schema}`);
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return alternatives.map(typeOf).join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(' | ');
  switch (schema.type) {
    case 'object':
      return isEmpty(schema) ? 'Record<string, never>' : `{\n${properties(schema)}\n}`;
    case 'array':
      if (schema.prefixItems) return `[${schema.prefixItems.map(typeOf).join(', ')}]`;
      if (Array.isArray(schema.items)) throw new Error('tuples are prefixItems');
      return `(${typeOf(schema.items)})[]`;
    case 'integer':
      return 'number';
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return schema.type;
    default:
      throw new Error(`no type for ${JSON.stringify(schema)}`);
  }
}

/** A JSDoc comment, or nothing. */
export function comment(lines: readonly string[]): string {
  const safe = lines.filter((line) => line !== '').map((line) => line.replaceAll('*/', '*\\/'));
  if (safe.length < 2) return safe.map((line) => `/** ${line} */\n`).join('');
  return `/**\n${safe.map((line) => ` * ${line}\n`).join('')} */\n`;
}

const isEmpty = ({ properties = {} }: Schema) => Object.keys(properties).length === 0;

function properties({ properties = {}, required = [] }: Schema): string {
  return Object.entries(properties)
    .map(([name, schema]) => {
      const optional = !required.includes(name);
      const type = typeOf(schema);
      return `${docs(schema)}${name}${optional ? `?: ${type} | undefined` : `: ${type}`};`;
    })
    .join('\n');
}

function docs(schema: Schema | boolean): string {
  if (typeof schema === 'boolean') return '';
  const { description = '', minimum, maximum, default: preset } = schema;
  // From 0 or 1 to the largest integer says nothing that `number` does not.
  const range = maximum !== undefined && maximum < 2 ** 31 - 1 ? `${minimum}–${maximum}` : '';
  const facts = [range, preset === undefined ? '' : `default ${JSON.stringify(preset)}`];
  const told = facts.filter((fact) => fact !== '').join(', ');
  return comment([
    [description, told && `${told[0]?.toUpperCase()}${told.slice(1)}.`].filter(Boolean).join(' '),
  ]);
}
