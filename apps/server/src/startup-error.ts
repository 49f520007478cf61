import { DrizzleQueryError } from 'drizzle-orm/errors';

/** Why the server cannot start, as one line for whoever started it; names the variable at fault. */
export class StartupError extends Error {}

/** What the system says of a disk that is full, may not be written, or is broken. */
const DISK = /^(ENOSPC|EDQUOT|EROFS|EACCES|EPERM|EIO|ENOTDIR|EEXIST|ENOTEMPTY)$/;
/** ENOSPC, as WebAssembly counts errors: PGlite throws it, and it is no Error. */
const NO_SPACE = 51;

/** The same for what the system refuses, which is no fault of ours; undefined for what is. */
export function startupErrorOf(cause: unknown): StartupError | undefined {
  if (cause instanceof StartupError) return cause;
  const root = cause instanceof DrizzleQueryError ? cause.cause : cause;
  const { name, code, errno, message } = Object(root);
  if (errno === NO_SPACE) return new StartupError('DATA_DIR: no space left on device', { cause });
  // PostgreSQL's own words, without the statement.
  if (name === 'PostgresError') return new StartupError(`DATABASE_URL: ${message}`, { cause });
  if (!DISK.test(code)) return undefined;
  const [reason] = String(message).replace(`${code}: `, '').split(', ');
  return new StartupError(`DATA_DIR: ${reason}`, { cause });
}
