import { DrizzleQueryError } from 'drizzle-orm/errors';

/** Whether a query failed because a unique key was taken (SQLSTATE 23505). */
export function isUniqueViolation(error: unknown): boolean {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  return cause instanceof Error && 'code' in cause && cause.code === '23505';
}
