import { DrizzleQueryError } from 'drizzle-orm/errors';

/** SQLSTATE of a row that is there already. */
export const UNIQUE_VIOLATION = '23505';
/** SQLSTATE of what is to be written where nothing may be: a database that another one took over from. */
export const READ_ONLY = '25006';
/** SQLSTATE of a database that answers, but takes no more connections. */
export const TOO_MANY_CONNECTIONS = '53300';

/** SQLSTATE of all that PgBouncer itself refuses. */
export const PROTOCOL_VIOLATION = '08P01';
/** SQLSTATE of a transaction that met another one: the same does well when it is tried again. */
export const SERIALIZATION_FAILURE = '40001';

/** Why a statement was not even tried. */
export class DatabaseUnavailable extends Error {}

/** The SQLSTATE with which PostgreSQL refused; undefined when it did not answer. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = codeOf(error);
  return code !== undefined && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Whether it was put to the database, which may have done it. */
export function wasTried(error: unknown): boolean {
  return !(causeOf(error) instanceof DatabaseUnavailable);
}

/**
 * Whether a statement failed for no fault of its own, so that the same may do well later: no connection; a database that goes away, is full,
 * or may only be read; a lock, or an answer, that did not come in time.
 */
export function isOutage(error: unknown): boolean {
  if (!wasTried(error)) return true;
  const state = sqlStateOf(error);
  if (state === undefined) return NO_CONNECTION.test(codeOf(error) ?? '');
  return OUTAGE_STATES.has(state) || OUTAGE_CLASSES.has(state.slice(0, 2));
}

/** What the driver and the system call a connection that is not to be had, or broke. */
const NO_CONNECTION = /^(CONNECT_TIMEOUT|CONNECTION_\w+|E[A-Z]{3,}|EAI_\w+)$/;
/** Connections, who may connect and to what, resources, the operator, the system beneath. */
const OUTAGE_CLASSES = new Set(['08', '28', '3D', '53', '57', '58']);
/** Besides: a deadlock or a conflict; a lock; read-only; not taking connections; a transaction that was given up. */
const OUTAGE_STATES = new Set([SERIALIZATION_FAILURE, '40P01', '55P03', READ_ONLY, '55000', '25P03']);

/** A few words that tell one outage from another: its code, if there is one. */
export function reasonOf(error: unknown): string {
  const cause = causeOf(error);
  return codeOf(error) ?? (cause instanceof Error ? cause.message : 'unknown');
}

function codeOf(error: unknown): string | undefined {
  const cause = causeOf(error);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function causeOf(error: unknown): unknown {
  return error instanceof DrizzleQueryError ? error.cause : error;
}
