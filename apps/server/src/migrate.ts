import { databaseSchema, databaseUrl } from './config.ts';
import { migratePostgres } from './db/migrate.ts';
import { withSchema } from './db/url.ts';
import { StartupError, startupErrorOf } from './startup-error.ts';

// Brings the database at DATABASE_URL to this version's schema, as a role that may: the nodes' own role then needs rights on rows alone.

try {
  const { DATABASE_URL, DATABASE_SCHEMA } = process.env;
  const url = databaseUrl.safeParse(DATABASE_URL);
  if (!url.success) throw new StartupError(`DATABASE_URL: ${url.error.issues[0]?.message}`);
  const schema = databaseSchema.optional().safeParse(DATABASE_SCHEMA || undefined);
  if (!schema.success) throw new StartupError(`DATABASE_SCHEMA: ${schema.error.issues[0]?.message}`);
  await migratePostgres(withSchema(url.data, schema.data));
  console.log('The database has the schema of this version.');
} catch (cause) {
  const error = startupErrorOf(cause);
  if (!error) throw cause;
  console.error(`duet: ${error.message}`);
  process.exit(1);
}
