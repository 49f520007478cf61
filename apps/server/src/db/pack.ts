import { type SQL, sql } from 'drizzle-orm';

// A page of rows as two values of one row. A driver and a mapper do something for each value of each row, and a page has hundreds.

/** Rows of a query: what has no spaces in it, as words; what may hold anything, as JSON. */
export interface Packed {
  readonly words: string | null;
  readonly texts: string | null;
}

/** Selects all rows of the source, in their order. Null is not a word. */
export function packed(words: readonly SQL[], texts: readonly SQL[]) {
  return {
    words: sql<string | null>`string_agg(concat_ws(' ', ${sql.join([...words], sql`, `)}), ' ')`,
    texts: sql<string | null>`json_agg(json_build_array(${sql.join([...texts], sql`, `)}))::text`,
  };
}

/** The rows again, each with its `width` words. */
export function* unpack(
  { words, texts }: Packed,
  width: number,
): Generator<{ words: string[]; texts: string[] }> {
  if (words === null || texts === null) return;
  const all = words.split(' ');
  const rows: (string | null)[][] = JSON.parse(texts);
  for (const [i, row] of rows.entries()) {
    yield { words: all.slice(i * width, (i + 1) * width), texts: row.map((text) => text ?? '') };
  }
}

/** A timestamp as milliseconds since 1970. `extract` would reckon in decimals, which is slower. */
export function milliseconds(instant: SQL): SQL {
  return sql`(date_part('epoch', ${instant}) * 1000)::int8`;
}
