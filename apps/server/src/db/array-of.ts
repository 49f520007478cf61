/** An array of texts as PostgreSQL reads it (documentation, 8.15.2); the drivers do the same more slowly. */
export function arrayOf(texts: readonly string[]): string {
  let quoted = '';
  for (const text of texts) quoted += `,"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`;
  return `{${quoted.slice(1)}}`;
}
