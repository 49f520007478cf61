import type { Registry } from '@prometheus-io/client';
import { DrizzleQueryError } from 'drizzle-orm/errors';
import { sqlStateOf } from '../db/errors.ts';
import { cellsBy, tally } from './tally.ts';

/** Counts what failed in the database, by the class of its SQLSTATE; what failed elsewhere is passed over. */
export function databaseErrors(registry: Registry): (cause: unknown) => void {
  const errors = tally(registry, {
    name: 'duet_database_errors_total',
    help: 'Statements that failed a batch, a request or a frame, by class of SQLSTATE, or `no_answer`.',
    labels: ['class'],
  });
  const cells = cellsBy((name) => errors({ class: name }));
  return (cause) => {
    for (let error = cause; error instanceof Error; error = error.cause) {
      const state = sqlStateOf(error);
      if (state === undefined && !(error instanceof DrizzleQueryError)) continue;
      cells(state?.slice(0, 2) ?? 'no_answer').value += 1;
      return;
    }
  };
}
