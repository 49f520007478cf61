import { createPostgres } from '@duet/testing/database';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { migratePostgres } from '../../src/db/migrate.ts';
import journal from '../../src/db/migrations/meta/_journal.json' with { type: 'json' };

test('eight that migrate an empty database at once take turns, and the work is done once', async () => {
  const database = await createPostgres();
  const sql = postgres(database.url, { max: 1 });
  try {
    await Promise.all(Array.from({ length: 8 }, () => migratePostgres(database.url)));
    const [done] = await sql`select count(*)::int as migrations from duet_migrations`;
    const [secrets] = await sql`select count(*)::int as count, max(length(value)) as bytes from secrets`;
    expect([done, secrets]).toEqual([{ migrations: journal.entries.length }, { count: 1, bytes: 32 }]);
  } finally {
    await sql.end();
    await database.drop();
  }
});
