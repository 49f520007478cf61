import { type SQL, sql } from 'drizzle-orm';

// A page of rows as two values of one row. A driver and a mapper do something for each value of each row, and a page has hundreds.

/** Rows of a query: what has no spaces in it, as words; what may hold anything, as JSON, one of it for each row. */
export interface Packed {
  readonly words: string | null;
  readonly texts: string | null;
}

/** Selects all rows of the source, in their order. Null is neither a word nor a text. */
export function packed(words: readonly SQL[], text: SQL) {
  return {
    words: sql<string | null>`string_agg(concat_ws(' ', ${sql.join([...words], sql`, `)}), ' ')`,
    texts: sql<string | null>`json_agg(${text})::text`,
  };
}

/** What one row was. */
export interface Unpacked {
  readonly words: readonly string[];
  readonly text: string;
}

/** The rows again, each with its `width` words. */
export function unpack<Row>({ words, texts }: Packed, width: number, toRow: (row: Unpacked) => Row): Row[] {
  if (words === null || texts === null) return [];
  const all = words.split(' ');
  const rows: string[] = JSON.parse(texts);
  return rows.map((text, i) => toRow({ words: all.slice(i * width, (i + 1) * width), text }));
}

/** A timestamp as milliseconds since 1970. `extract` would reckon in decimals, which is slower. */
export function milliseconds(instant: SQL): SQL {
  return sql`(date_part('epoch', ${instant}) * 1000)::int8`;
}
