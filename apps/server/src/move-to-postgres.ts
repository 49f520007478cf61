import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PGlite } from '@electric-sql/pglite';
import { getTableName } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pglite';
import { databaseSchema, databaseUrl } from './config.ts';
import { connect } from './db/connect.ts';
import { lockFolder } from './db/lock-folder.ts';
import { migratePglite, migratePostgres } from './db/migrate.ts';
import { accounts, conversations, messages, secrets, sessions, users } from './db/schema.ts';
import { withSchema } from './db/url.ts';
import { StartupError } from './startup-error.ts';

// Copies everything from the embedded database in DATA_DIR to the empty one at DATABASE_URL, all or nothing. The embedded one stays as it is.

const TABLES = [secrets, users, accounts, sessions, conversations, messages].map(getTableName);

try {
  const { DATA_DIR = '.data', DATABASE_URL, DATABASE_SCHEMA } = process.env;
  const url = databaseUrl.safeParse(DATABASE_URL);
  if (!url.success) throw new StartupError(`DATABASE_URL: ${url.error.issues[0]?.message}`);
  const schema = databaseSchema.optional().safeParse(DATABASE_SCHEMA || undefined);
  if (!schema.success) throw new StartupError(`DATABASE_SCHEMA: ${schema.error.issues[0]?.message}`);
  await move(DATA_DIR, withSchema(url.data, schema.data));
  console.log(`Everything in ${DATA_DIR} is at DATABASE_URL now.`);
  const secret = join(DATA_DIR, 'jwt-secret');
  if (existsSync(secret))
    console.log(`Start with JWT_SECRET="$(cat ${secret})", and nobody has to sign in again.`);
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  console.error(`duet: ${error.message}`);
  process.exit(1);
}

async function move(dataDir: string, url: string): Promise<void> {
  if (!existsSync(join(dataDir, 'postgres')))
    throw new StartupError(`DATA_DIR: ${dataDir} holds no database`);
  const server = await migratePostgres(url);
  const target = connect(server, { max: 1 });
  try {
    await target.begin(async (sql) => {
      const [used] = await sql`select 1 from users limit 1`;
      if (used) throw new StartupError('DATABASE_URL: that database has users of its own already');
      await sql`delete from secrets`; // its conversation ids would be other ones
      await withEmbedded(dataDir, async (source) => {
        for (const table of TABLES) {
          const columns = await columnsOf(source, table);
          const { blob } = await source.query(`copy ${table} (${columns}) to '/dev/blob' with (format csv)`);
          if (!blob) throw new Error(`nothing came of table ${table}`);
          const sink = await sql.unsafe(`copy ${table} (${columns}) from stdin with (format csv)`).writable();
          await pipeline(Readable.fromWeb(blob.stream()), sink);
        }
      });
    });
  } finally {
    await target.end();
  }
}

/** All but what comes of the numbers of transactions, which are another database's own. */
async function columnsOf(source: PGlite, table: string): Promise<string> {
  const { rows } = await source.query<{ name: string }>(
    `select quote_ident(column_name) as name from information_schema.columns
     where table_name = $1 and column_name not in ('changed_xid', 'changed_era') order by ordinal_position`,
    [table],
  );
  return rows.map(({ name }) => name).join(', ');
}

async function withEmbedded(dataDir: string, work: (source: PGlite) => Promise<void>): Promise<void> {
  const lock = lockFolder(dataDir);
  try {
    const source = await PGlite.create(join(dataDir, 'postgres'));
    await migratePglite(drizzle(source)); // so that both have the same columns
    await work(source).finally(() => source.close());
  } finally {
    lock.release();
  }
}
