import { randomUUID } from 'node:crypto';
import { cpSync, rmSync } from 'node:fs';
import postgres from 'postgres';
import { inject } from 'vitest';
import { scratchFolder } from './scratch.ts';

/** A database of one test file's own, as environment variables. */
export interface TestDatabase {
  readonly env: Record<string, string>;
  drop(): Promise<void>;
}

export function createDatabase(): Promise<TestDatabase> {
  return process.env['TEST_DATABASE'] === 'postgres' ? createPostgres() : createEmbedded();
}

const ADMIN_URL = 'postgres://postgres@127.0.0.1:5432/postgres';

export async function createPostgres(): Promise<TestDatabase & { url: string }> {
  const name = `duet_test_${randomUUID().replaceAll('-', '')}`;
  await asAdmin((sql) => sql`create database ${sql(name)}`);
  const url = ADMIN_URL.replace(/\/postgres$/, `/${name}`);
  return {
    url,
    env: { DATABASE_URL: url },
    drop: () => asAdmin((sql) => sql`drop database ${sql(name)} with (force)`),
  };
}

/** Runs a statement in another database than those of the tests. */
export async function asAdmin(command: (sql: postgres.Sql) => PromiseLike<unknown>): Promise<void> {
  const sql = postgres(ADMIN_URL, { max: 1, onnotice: () => {} });
  await command(sql);
  await sql.end();
}

export async function createEmbedded(): Promise<TestDatabase & { dataDir: string }> {
  const dataDir = scratchFolder();
  cpSync(inject('embeddedTemplate'), dataDir, { recursive: true });
  return {
    dataDir,
    env: { DATA_DIR: dataDir },
    drop: async () => rmSync(dataDir, { recursive: true, force: true }),
  };
}
