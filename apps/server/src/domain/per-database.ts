import type { Database } from '../db/client.ts';

/** A statement prepared on the first use with a database, and kept as long as it: only such ones are planned once. */
export function perDatabase<Statement>(prepare: (db: Database) => Statement): (db: Database) => Statement {
  const prepared = new WeakMap<Database, Statement>();
  return (db) => {
    const known = prepared.get(db);
    if (known) return known;
    const made = prepare(db);
    prepared.set(db, made);
    return made;
  };
}
