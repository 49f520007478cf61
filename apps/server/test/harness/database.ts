import { createEmbedded, createPostgres, type TestDatabase } from '@duet/testing/database';

/** A database of one test file's own, of the kind that this run is for. */
export async function createDatabase(): Promise<TestDatabase> {
  return process.env['TEST_DATABASE'] === 'postgres' ? createPostgres() : createEmbedded();
}
