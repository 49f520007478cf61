import { DrizzleQueryError } from 'drizzle-orm/errors';

/** SQLSTATE of a row that is there already. */
export const UNIQUE_VIOLATION = '23505';

/** The SQLSTATE with which PostgreSQL refused; undefined when it did not answer. */
export function sqlStateOf(error: unknown): string | undefined {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}
