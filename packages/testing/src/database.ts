import { randomUUID } from 'node:crypto';
import { cpSync } from 'node:fs';
import postgres from 'postgres';
import { clearWhenDead } from './leftovers.ts';
import { removeFolder, scratchFolder } from './scratch.ts';
import { TEMPLATE } from './template.ts';

/** A database of one test's own, as environment variables of a server. */
export interface TestDatabase {
  readonly env: Readonly<Record<string, string>>;
  drop(): Promise<void>;
}

/** Where the tests' PostgreSQL is. */
export const ADMIN_URL = 'postgres://postgres@127.0.0.1:5432/postgres';

/** A database in the tests' PostgreSQL. */
export async function createPostgres(): Promise<TestDatabase & { readonly url: string }> {
  const name = `duet_test_${randomUUID().replaceAll('-', '')}`;
  const isGone = clearWhenDead({ kind: 'database', adminUrl: ADMIN_URL, name });
  await asAdmin((sql) => sql`create database ${sql(name)}`);
  const url = ADMIN_URL.replace(/\/postgres$/, `/${name}`);
  return {
    url,
    env: { DATABASE_URL: url },
    drop: async () => {
      await asAdmin((sql) => sql`drop database ${sql(name)} with (force)`);
      isGone();
    },
  };
}

/** A folder with an embedded database that is migrated: a copy of the run's template, which takes milliseconds. */
export function createEmbedded(): TestDatabase & { readonly dataDir: string } {
  const dataDir = scratchFolder();
  copyTemplate(dataDir);
  return { dataDir, env: { DATA_DIR: dataDir }, drop: async () => removeFolder(dataDir) };
}

/** Makes an embedded database in a folder. */
export function copyTemplate(dataDir: string): void {
  const template = process.env[TEMPLATE];
  if (template === undefined) throw new Error('no template: see @duet/testing/template');
  cpSync(template, dataDir, { recursive: true });
}

/** Runs a statement in another database than those of the tests. */
export async function asAdmin(command: (sql: postgres.Sql) => PromiseLike<unknown>): Promise<void> {
  const sql = postgres(ADMIN_URL, { max: 1, onnotice: () => {} });
  try {
    await command(sql);
  } finally {
    await sql.end();
  }
}
