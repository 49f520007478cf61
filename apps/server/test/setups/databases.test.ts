import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as migrateWithDrizzle } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import journal from '../../src/db/migrations/meta/_journal.json' with { type: 'json' };
import { fileOf } from '../../src/files.ts';
import { personAt } from '../harness/server.ts';
import { openSetups, type Setups } from '../harness/setups.ts';

// Databases as operators have them: Duet starts and is right, or says in one line what to change.

let on: Setups;
beforeAll(async () => {
  on = await openSetups();
});
afterAll(() => on.cluster.stop());

describe('what a database or a role has other defaults for', () => {
  const SETTINGS = [
    "bytea_output = 'escape'",
    "default_transaction_isolation = 'serializable'",
    "DateStyle = 'SQL, DMY'",
    "IntervalStyle = 'sql_standard'",
    "TimeZone = 'Asia/Kathmandu'",
    'extra_float_digits = -15',
    'standard_conforming_strings = off',
    'statement_timeout = 1',
    'lock_timeout = 1',
    'idle_in_transaction_session_timeout = 1',
    'idle_session_timeout = 1',
  ];

  test('changes nothing: the same two people have the same conversation', async () => {
    const database = await on.createDatabase();
    const id = await on.use(database);
    await on.admin('postgres', ...SETTINGS.map((setting) => `alter database ${database} set ${setting}`));
    expect(await on.use(database)).toBe(id);
    // Nor does it stop the first on.start.
    const fresh = await on.createDatabase();
    await on.admin(
      'postgres',
      ...SETTINGS.map((setting) => `alter role duet in database ${fresh} set ${setting}`),
    );
    await on.use(fresh);
  });

  test('a key of the conversation ids that is not whole stops the start', async () => {
    const database = await on.createDatabase();
    await on.use(database);
    await on.admin(database, `update secrets set value = '\\x00'`);
    expect(await on.refusal(database)).toBe(
      'DATABASE_URL: the key of the conversation ids is not there, or broken',
    );
  });

  test('what PostgreSQL undoes for meeting another transaction is tried again, once', async () => {
    const database = await on.createDatabase();
    await on.use(database);
    await on.admin(
      database,
      'create sequence met',
      'grant usage on met to duet',
      `create function meet() returns trigger language plpgsql as $$ begin
         if nextval('met') = 1 then raise exception 'met' using errcode = '40001'; end if; return new; end $$`,
      'create trigger meet before insert on conversations for each row execute function meet()',
    );
    const server = await on.start(database);
    const [cleo, dan] = [await personAt(server.url, 'cleo'), await personAt(server.url, 'dan')];
    expect((await cleo.post('/api/chat/conversations/', { target_user_id: dan.id })).status).toBe(201);
    await server.stop();
  });
});

describe('a database that Duet shares', () => {
  const FOLDER = fileOf('src/db/migrations');
  /** The journal of a product that uses Drizzle, with one migration of its own. */
  const product = (createdAt: number) => [
    'create schema if not exists drizzle',
    'create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)',
    `insert into drizzle.__drizzle_migrations (hash, created_at) values ('the product', ${createdAt})`,
    'grant usage on schema drizzle to duet',
    'grant all on drizzle.__drizzle_migrations to duet',
  ];
  const journalOf = async (database: string) =>
    (await on.admin(database, 'select hash from drizzle.__drizzle_migrations order by id')).map(
      ({ hash }) => hash,
    );
  const applied = async (database: string) =>
    (await on.admin(database, 'select count(*)::int as count from duet_migrations'))[0]?.['count'];

  test.each([
    ['newer', 4_000_000_000_000],
    ['older', 1],
  ])('with a product whose Drizzle has a %s migration: both have all of theirs', async (_, createdAt) => {
    const database = await on.createDatabase();
    await on.admin(database, ...product(createdAt));
    await on.use(database);
    expect(await journalOf(database)).toEqual(['the product']);
    expect(await applied(database)).toBe(journal.entries.length);
  });

  test('what a version before kept in Drizzle’s journal moves over by itself', async () => {
    const database = await on.createDatabase();
    const sql = postgres(on.urlOf(database, 'duet'), { max: 1, onnotice: () => {} });
    await migrateWithDrizzle(drizzle(sql), { migrationsFolder: FOLDER });
    await sql.end();
    expect(await journalOf(database)).toHaveLength(journal.entries.length);
    await on.admin(database, ...product(1));
    await on.use(database);
    expect(await journalOf(database)).toEqual(['the product']);
    expect(await applied(database)).toBe(journal.entries.length);
  });

  test('tables of somebody else’s in its place are left alone, and it can have a schema of its own', async () => {
    const database = await on.createDatabase();
    await on.admin(database, 'create table users (name text)', 'create table sessions (id int)');
    expect(await on.refusal(database)).toBe(
      'DATABASE_URL: the schema public has tables of somebody else (sessions, users); set DATABASE_SCHEMA to another one',
    );
    await on.use(database, 'duet', { DATABASE_SCHEMA: 'duet' });
    expect(await on.admin(database, 'select * from users')).toEqual([]);
  });

  test('two in two schemas know nothing of each other', async () => {
    const database = await on.createDatabase();
    const [one, two] = ['one', 'two'].map((DATABASE_SCHEMA) => ({ DATABASE_SCHEMA }));
    const ids = [
      await on.use(database, 'duet', one),
      await on.use(database, 'duet', two),
      await on.use(database),
    ];
    expect(new Set(ids).size).toBe(3);
    expect(await on.use(database, 'duet', one)).toBe(ids[0]);
  });
});

test('a database that writers are kept away from is left alone', async () => {
  const database = await on.createDatabase();
  await on.admin('postgres', `alter database ${database} set default_transaction_read_only = on`);
  expect(await on.refusal(database)).toBe(
    'DATABASE_URL: default_transaction_read_only is on for the role duet, which keeps writers away',
  );
});

test('another encoding than UTF8 is refused before anything is made', async () => {
  const database = await on.createDatabase("owner duet encoding 'LATIN1' locale 'C' template template0");
  expect(await on.refusal(database)).toBe(
    `DATABASE_URL: the database's encoding is LATIN1, and UTF8 is needed ("create database … encoding UTF8 template template0")`,
  );
  expect(await on.admin(database, `select 1 from pg_tables where schemaname = 'public'`)).toEqual([]);
});
