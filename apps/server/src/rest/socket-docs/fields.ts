import type { z } from 'zod';
import { type Html, html, inline, type Piece } from './html.ts';

export type Schema = z.core.JSONSchema.BaseSchema;
/** A schema within another: Zod's types also allow the two that are booleans. */
type Part = Schema | boolean;

/** What JavaScript can count up to: as a bound it says nothing. */
const NO_BOUND = Number.MAX_SAFE_INTEGER;

/** The fields of an object, each with its type, its bounds and what it is; those of objects within it below them. */
export function fieldsOf({ properties = {}, required = [] }: Schema): Html {
  const rows = Object.entries(properties).map(([name, part]) => {
    const schema = schemaOf(part);
    const within = schemaOf(itemsOf(withoutNull(schema)) ?? withoutNull(schema));
    const described = descriptionOf(schema);
    return html`<div>
<dt><code>${name}</code> <span class="type">${typeOf(schema)}</span>${required.includes(name) ? '' : html` <span class="optional">optional</span>`}</dt>
<dd>${described && html`<p>${inline(described)}</p>`}${within.properties && fieldsOf(within)}</dd>
</div>`;
  });
  return html`<dl class="fields">${rows}</dl>`;
}

/** A type in a few words: `string, 1–10,000 characters`. */
export function typeOf(part: Part): Piece[] {
  const schema = schemaOf(part);
  const name = nameOf(schema);
  if (name !== undefined) return [html`<a href="#${name}">${name}</a>`];
  if (schema.anyOf) return schema.anyOf.flatMap((each, at) => [at > 0 ? ' or ' : '', ...typeOf(each)]);
  if (schema.const !== undefined) return [html`<code>${JSON.stringify(schema.const)}</code>`];
  if (schema.enum)
    return ['one of ', ...schema.enum.flatMap((each) => [html`<code>${String(each)}</code>`, ' '])];
  if (Array.isArray(schema.items))
    return ['[', ...schema.items.flatMap((each, at) => [at > 0 ? ', ' : '', ...typeOf(each)]), ']'];
  const items = itemsOf(schema);
  if (items) return ['array of ', ...typeOf(items), ...bounds(schema).map((bound) => `, ${bound}`)];
  return [[schema.type ?? 'anything', ...bounds(schema)].join(', ')];
}

/** The name of the schema that one stands for. */
function nameOf({ $ref, allOf }: Schema): string | undefined {
  const [only] = allOf?.length === 1 ? allOf : [];
  return ($ref ?? (only && schemaOf(only).$ref))?.split('/').at(-1);
}

function bounds({
  format,
  minLength,
  maxLength,
  minItems,
  maxItems,
  minimum,
  maximum,
  default: usual,
}: Schema): string[] {
  return [
    format,
    range(minLength, maxLength, 'characters'),
    range(minItems, maxItems, 'items'),
    range(minimum, maximum),
    usual === undefined ? undefined : `${JSON.stringify(usual)} if left out`,
  ].filter((bound) => bound !== undefined);
}

function range(min: number | undefined, max: number | undefined, unit = ''): string | undefined {
  const [from, to] = [min, max].map((bound) => bound?.toLocaleString('en'));
  const isOpen = max === undefined || max === NO_BOUND;
  if (isOpen) return min === undefined ? undefined : `${from} or more ${unit}`.trim();
  return (min === undefined ? `up to ${to} ${unit}` : `${from}–${to} ${unit}`).trim();
}

/** What is left of a schema without null. */
function withoutNull(schema: Schema): Schema {
  const [value, ...others] = (schema.anyOf ?? []).map(schemaOf).filter(({ type }) => type !== 'null');
  return value && others.length === 0 ? value : schema;
}

function descriptionOf(schema: Schema): string | undefined {
  return schema.description ?? withoutNull(schema).description ?? itemsOf(schema)?.description;
}

function itemsOf({ items }: Schema): Schema | undefined {
  return items === undefined || Array.isArray(items) ? undefined : schemaOf(items);
}

function schemaOf(part: Part): Schema {
  return typeof part === 'boolean' ? {} : part;
}
