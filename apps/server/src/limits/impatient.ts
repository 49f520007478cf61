import type { RunQuery } from '../db/client.ts';
import { sqlStateOf } from '../db/errors.ts';

/** When the database has not answered after this, a node counts alone, */
const ANSWER_MS = 2000;
/** and does not ask again before that. */
const REST_MS = 5000;

/** The same, but nobody waits long for a database that is away, nor again and again. */
export function impatient(query: RunQuery): RunQuery {
  let restsUntil = 0;
  return async (text, values) => {
    if (performance.now() < restsUntil) throw new Error('the database did not answer a moment ago');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_MS} ms`)), ANSWER_MS);
    });
    try {
      return await Promise.race([query(text, values), late]);
    } catch (error) {
      if (sqlStateOf(error) === undefined) restsUntil = performance.now() + REST_MS;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
}
