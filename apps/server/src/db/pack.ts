import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';

// A page of rows as two values of one row. A driver and a mapper do something for each value of each row, and a page has hundreds.

/** Rows of a query: what has no spaces in it, as words; what may hold anything, as JSON, one of it for each row. */
export interface Packed {
  readonly words: string | null;
  readonly texts: string | null;
}

/** Selects all rows of the source, in their order. Null is neither a word nor a text. */
export function packed(words: readonly SQL[], text: SQL) {
  return {
    words: packedWords(words),
    texts: sql<string | null>`json_agg(${text})::text`,
  };
}

/** The same of rows that have no text. */
export function packedWords(words: readonly SQL[]) {
  return sql<string | null>`string_agg(concat_ws(' ', ${sql.join([...words], sql`, `)}), ' ')`;
}

/** All rows as one value, an array of JSON for each; for what is kept: words are slices of their whole text, and would keep it. */
export function rowsAsJson(columns: readonly SQLWrapper[]) {
  return sql<string | null>`json_agg(json_build_array(${sql.join([...columns], sql`, `)}))::text`;
}

/** What one row was. */
export interface Unpacked {
  readonly words: readonly string[];
  readonly text: string;
}

/** The rows again, each with its `width` words. */
export function unpack<Row>({ words, texts }: Packed, width: number, toRow: (row: Unpacked) => Row): Row[] {
  if (texts === null) return [];
  const rows: string[] = JSON.parse(texts);
  return unpackWords(words, width).map((words, i) => toRow({ words, text: rows[i] ?? '' }));
}

/** The words of each row again. */
export function unpackWords(words: string | null, width: number): string[][] {
  if (words === null) return [];
  const all = words.split(' ');
  return Array.from({ length: all.length / width }, (_, i) => all.slice(i * width, (i + 1) * width));
}

/** A timestamp as milliseconds since 1970. `extract` would reckon in decimals, which is slower. */
export function milliseconds(instant: SQL): SQL {
  return sql`(date_part('epoch', ${instant}) * 1000)::int8`;
}
