import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as migrateWithDrizzle } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import journal from '../../src/db/migrations/meta/_journal.json' with { type: 'json' };
import { fileOf } from '../../src/files.ts';
import { startupErrorOf } from '../../src/startup-error.ts';
import { type Cluster, startCluster } from '../harness/cluster.ts';
import { entity } from '../harness/http.ts';
import { JWT_SECRET, personAt, startServerOn } from '../harness/server.ts';

// Databases and roles as operators have them: Duet starts and is right, or says in one line what to change.

let cluster: Cluster;
let made = 0;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());

const urlOf = (database: string, role: string) => {
  const url = new URL(cluster.adminUrl);
  [url.pathname, url.username] = [`/${database}`, role];
  return url.href;
};

/** Runs statements as the superuser, one by one. */
async function admin(database: string, ...statements: string[]): Promise<postgres.Row[]> {
  const sql = postgres(urlOf(database, 'postgres'), { max: 1, onnotice: () => {} });
  try {
    let rows: postgres.Row[] = [];
    for (const statement of statements) rows = await sql.unsafe(statement);
    return rows;
  } finally {
    await sql.end();
  }
}

/** A database of its own, which the role `duet` owns unless said otherwise. */
async function createDatabase(options = 'owner duet'): Promise<string> {
  made += 1;
  await admin('postgres', `create database d${made} ${options}`);
  return `d${made}`;
}

async function createRole(): Promise<string> {
  made += 1;
  await admin('postgres', `create role r${made} login`);
  return `r${made}`;
}

const start = (database: string, role = 'duet', env: Record<string, string> = {}) =>
  startServerOn({ DATABASE_URL: urlOf(database, role), JWT_SECRET, ...env });

/** Starts, lets two people write to each other, and stops; the id of their conversation. */
async function use(database: string, role = 'duet', env: Record<string, string> = {}): Promise<string> {
  const server = await start(database, role, env);
  try {
    const [ada, ben] = [await personAt(server.url, 'ada'), await personAt(server.url, 'ben')];
    // Many at once, which meet each other.
    const opened = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 ? ada.open(ben) : ben.open(ada))),
    );
    const [{ id } = { id: '' }] = opened;
    expect(new Set(opened.map((each) => each.id)).size).toBe(1);
    const path = `/api/chat/conversations/${id}/messages/`;
    const content = String.raw`a \ backslash, 'quotes' and ☕`;
    const before = Date.now();
    const sent = (await ada.post(path, { content })).as(entity.message);
    expect(Math.abs(Date.parse(sent.timestamp) - before)).toBeLessThan(3_600_000);
    const reads = await Promise.all(
      Array.from({ length: 20 }, () => ben.post(`/api/chat/conversations/${id}/read/`, { seq: sent.seq })),
    );
    expect(reads.map(({ status }) => status)).toEqual(reads.map(() => 200));
    const { results } = (await ben.get(path)).as(entity.page);
    expect(results.at(0)).toEqual({ ...sent, read: true });
    expect((await ada.get('/api/chat/conversations/')).as(entity.conversations)).toHaveLength(1);
    return id;
  } finally {
    await server.stop();
  }
}

const refusal = (database: string, role?: string, env?: Record<string, string>) =>
  start(database, role, env).then(
    async (server) => {
      await server.stop();
      return 'it started';
    },
    // As `main.ts` says it.
    (error: unknown) => startupErrorOf(error)?.message ?? `not known: ${error}`,
  );

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
    const database = await createDatabase();
    const id = await use(database);
    await admin('postgres', ...SETTINGS.map((setting) => `alter database ${database} set ${setting}`));
    expect(await use(database)).toBe(id);
    // Nor does it stop the first start.
    const fresh = await createDatabase();
    await admin(
      'postgres',
      ...SETTINGS.map((setting) => `alter role duet in database ${fresh} set ${setting}`),
    );
    await use(fresh);
  });

  test('a key of the conversation ids that is not whole stops the start', async () => {
    const database = await createDatabase();
    await use(database);
    await admin(database, `update secrets set value = '\\x00'`);
    expect(await refusal(database)).toBe(
      'DATABASE_URL: the key of the conversation ids is not there, or broken',
    );
  });

  test('what PostgreSQL undoes for meeting another transaction is tried again, once', async () => {
    const database = await createDatabase();
    await use(database);
    await admin(
      database,
      'create sequence met',
      'grant usage on met to duet',
      `create function meet() returns trigger language plpgsql as $$ begin
         if nextval('met') = 1 then raise exception 'met' using errcode = '40001'; end if; return new; end $$`,
      'create trigger meet before insert on conversations for each row execute function meet()',
    );
    const server = await start(database);
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
    (await admin(database, 'select hash from drizzle.__drizzle_migrations order by id')).map(
      ({ hash }) => hash,
    );
  const applied = async (database: string) =>
    (await admin(database, 'select count(*)::int as count from duet_migrations'))[0]?.['count'];

  test.each([
    ['newer', 4_000_000_000_000],
    ['older', 1],
  ])('with a product whose Drizzle has a %s migration: both have all of theirs', async (_, createdAt) => {
    const database = await createDatabase();
    await admin(database, ...product(createdAt));
    await use(database);
    expect(await journalOf(database)).toEqual(['the product']);
    expect(await applied(database)).toBe(journal.entries.length);
  });

  test('what a version before kept in Drizzle’s journal moves over by itself', async () => {
    const database = await createDatabase();
    const sql = postgres(urlOf(database, 'duet'), { max: 1, onnotice: () => {} });
    await migrateWithDrizzle(drizzle(sql), { migrationsFolder: FOLDER });
    await sql.end();
    expect(await journalOf(database)).toHaveLength(journal.entries.length);
    await admin(database, ...product(1));
    await use(database);
    expect(await journalOf(database)).toEqual(['the product']);
    expect(await applied(database)).toBe(journal.entries.length);
  });

  test('tables of somebody else’s in its place are left alone, and it can have a schema of its own', async () => {
    const database = await createDatabase();
    await admin(database, 'create table users (name text)', 'create table sessions (id int)');
    expect(await refusal(database)).toBe(
      'DATABASE_URL: the schema public has tables of somebody else (sessions, users); set DATABASE_SCHEMA to another one',
    );
    await use(database, 'duet', { DATABASE_SCHEMA: 'duet' });
    expect(await admin(database, 'select * from users')).toEqual([]);
  });

  test('two in two schemas know nothing of each other', async () => {
    const database = await createDatabase();
    const [one, two] = ['one', 'two'].map((DATABASE_SCHEMA) => ({ DATABASE_SCHEMA }));
    const ids = [await use(database, 'duet', one), await use(database, 'duet', two), await use(database)];
    expect(new Set(ids).size).toBe(3);
    expect(await use(database, 'duet', one)).toBe(ids[0]);
  });
});

describe('DATABASE_URL in forms that libpq takes', () => {
  const portOf = () => new URL(cluster.adminUrl).port;
  const byUrl = async (DATABASE_URL: string) => {
    const server = await startServerOn({ DATABASE_URL, JWT_SECRET });
    const ada = await personAt(server.url, 'ada');
    await server.stop();
    return ada;
  };

  test.each([
    [
      'the second host, when the first does not answer',
      (port: string, db: string) => `postgres://duet@127.0.0.1:1,127.0.0.1:${port}/${db}`,
    ],
    [
      'the host that may be written',
      (port: string, db: string) =>
        `postgres://duet@127.0.0.1:${port},127.0.0.1:${port}/${db}?target_session_attrs=read-write`,
    ],
    [
      'a socket',
      (port: string, db: string) => `postgres://duet@/${db}?host=${cluster.socketFolder}&port=${port}`,
    ],
    [
      'a socket in place of the host',
      (port: string, db: string) =>
        `postgres://duet@${encodeURIComponent(cluster.socketFolder)}:${port}/${db}`,
    ],
    [
      'everything as parameters',
      (port: string, db: string) =>
        `postgres:///?host=127.0.0.1&port=${port}&dbname=${db}&user=duet&password=50%25off`,
    ],
    [
      'what poolers and hosters write',
      (port: string, db: string) =>
        `postgresql://duet:50%25off@127.0.0.1:${port}/${db}?sslmode=prefer&channel_binding=prefer&gssencmode=disable&keepalives=1&keepalives_idle=30&connect_timeout=10&application_name=chat&options=-c%20work_mem%3D8MB`,
    ],
  ])('%s', async (_, form) => {
    await byUrl(form(portOf(), await createDatabase()));
  });

  test('no host that answers is one line', async () => {
    const url = 'postgres://duet@127.0.0.1:1,127.0.0.1:2/duet';
    await expect(byUrl(url)).rejects.toThrow(/^DATABASE_URL: cannot reach the database \([^\n]*\)$/);
  });
});

describe('roles', () => {
  const RIGHTS = 'select, insert, update, delete';

  test('one with rights on rows alone starts on a database that another has migrated', async () => {
    const database = await createDatabase();
    const id = await use(database);
    const role = await createRole();
    await admin(
      database,
      `revoke create on schema public from public`,
      `grant ${RIGHTS} on all tables in schema public to ${role}`,
    );
    expect(await use(database, role)).toBe(id);
  });

  test('one that lacks a right is told which, for what', async () => {
    const database = await createDatabase();
    await use(database);
    const role = await createRole();
    await admin(
      database,
      `grant ${RIGHTS} on all tables in schema public to ${role}`,
      `revoke delete on sessions from ${role}`,
    );
    expect(await refusal(database, role)).toBe(
      `DATABASE_URL: the role ${role} may not DELETE in sessions ("grant delete on sessions to ${role}")`,
    );
  });

  test('one that owns a schema and nothing else makes its tables there', async () => {
    const role = await createRole();
    const database = await createDatabase();
    await admin(
      database,
      `create schema theirs authorization ${role}`,
      `alter role ${role} in database ${database} set search_path = theirs`,
    );
    const id = await use(database, role);
    expect(await use(database, role, { DATABASE_SCHEMA: 'theirs' })).toBe(id);
  });

  test('one that may make nothing is told what it needs', async () => {
    const role = await createRole();
    const database = await createDatabase();
    expect(await refusal(database, role)).toBe(
      `DATABASE_URL: the role ${role} may not make tables in the schema public ("grant create on schema public to ${role}")`,
    );
    expect(await refusal(database, role, { DATABASE_SCHEMA: 'duet' })).toBe(
      `DATABASE_SCHEMA: the role ${role} may not make the schema duet ("create schema duet authorization ${role}")`,
    );
    await admin(database, `alter role ${role} in database ${database} set search_path = nowhere`);
    expect(await refusal(database, role)).toBe(
      `DATABASE_URL: the role ${role} has no schema to make tables in; set DATABASE_SCHEMA`,
    );
  });

  test('what PostgreSQL says besides is one line, too', async () => {
    const database = await createDatabase();
    await use(database);
    const role = await createRole();
    await admin(database, `revoke all on schema public from public`);
    expect(await refusal(database, role)).toMatch(/^DATABASE_URL: [^\n]+$/);
  });
});

describe('connections', () => {
  const taken = async (role: string) =>
    (
      await admin('postgres', `select count(*)::int as count from pg_stat_activity where usename = '${role}'`)
    )[0]?.['count'];

  test.each([6, 7, 12])('a node takes %i at most, and works with these', async (connections) => {
    const role = await createRole();
    await admin('postgres', `alter role ${role} connection limit ${connections}`);
    const database = await createDatabase(`owner ${role}`);
    const server = await start(database, role, {
      DATABASE_CONNECTIONS: `${connections}`,
      RATE_LIMITS: 'off',
    });
    const [ada, ben] = [await personAt(server.url, 'ada'), await personAt(server.url, 'ben')];
    const path = `/api/chat/conversations/${(await ada.open(ben)).id}/messages/`;
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => (i % 2 ? ada.post(path, { content: `${i}` }) : ben.get(path))),
    );
    expect(answers.filter(({ status }) => status >= 400)).toEqual([]);
    expect(await taken(role)).toBeLessThanOrEqual(connections);
    expect(server.log.join('\n')).not.toMatch(/53300|too many/);
    await server.stop();
  });

  test('a role or a database that is allowed fewer is one line', async () => {
    const role = await createRole();
    const database = await createDatabase(`owner ${role}`);
    await admin('postgres', `alter role ${role} connection limit 8`);
    const line = (allowed: number) =>
      `DATABASE_CONNECTIONS: a node takes 12, and the role ${role} is allowed ${allowed} in this database`;
    expect(await refusal(database, role)).toBe(line(8));
    await admin('postgres', `alter database ${database} connection limit 7`);
    expect(await refusal(database, role)).toBe(line(7));
    await use(database, role, { DATABASE_CONNECTIONS: '7' });
  });
});

test('a database that writers are kept away from is left alone', async () => {
  const database = await createDatabase();
  await admin('postgres', `alter database ${database} set default_transaction_read_only = on`);
  expect(await refusal(database)).toBe(
    'DATABASE_URL: default_transaction_read_only is on for the role duet, which keeps writers away',
  );
});

test('another encoding than UTF8 is refused before anything is made', async () => {
  const database = await createDatabase("owner duet encoding 'LATIN1' locale 'C' template template0");
  expect(await refusal(database)).toBe(
    `DATABASE_URL: the database's encoding is LATIN1, and UTF8 is needed ("create database … encoding UTF8 template template0")`,
  );
  expect(await admin(database, `select 1 from pg_tables where schemaname = 'public'`)).toEqual([]);
});
