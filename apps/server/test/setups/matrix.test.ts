import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileOf } from '../../src/files.ts';
import { makeCertificate } from '../harness/certificate.ts';
import { type NatsServer, startNats, withNats } from '../harness/nats.ts';
import { startPooler } from '../harness/pooler.ts';
import { openSetups, refusalOf, type Setups, useServer } from '../harness/setups.ts';

// Roles, schemas, poolers, encodings and forms of DATABASE_URL together, for what holds for each alone may not hold for two.

const ROLES = ['owner', 'rows only', 'owner of its schema'] as const;
const SCHEMAS = ['the role’s', 'DATABASE_SCHEMA'] as const;
const POOLERS = ['direct', 'session', ...(withNats ? (['transaction'] as const) : [])] as const;
const FORMS = ['plain', 'socket', 'IPv6', 'two hosts', 'require', 'verify-full'] as const;
type One<T extends readonly unknown[]> = T[number];
interface Case {
  readonly role: One<typeof ROLES>;
  readonly schema: One<typeof SCHEMAS>;
  readonly pooler: One<typeof POOLERS>;
  readonly form: One<typeof FORMS>;
}

const pick = <T>(values: readonly [T, ...T[]], i: number): T => values[i % values.length] ?? values[0];
/** Each two values of any two columns are together in at least one case. */
const CASES = FORMS.flatMap((form, f) =>
  POOLERS.map(
    (pooler, p): Case => ({ role: pick(ROLES, f + p), schema: pick(SCHEMAS, f + p), pooler, form }),
  ),
);

interface Place {
  readonly port: string;
  readonly socketFolder: string;
}

let on: Setups;
let nats: NatsServer;
let root: string;
const places = new Map<string, Place>();
const ends: (() => Promise<void>)[] = [];
beforeAll(async () => {
  on = await openSetups();
  ends.push(() => on.cluster.stop());
  const { cert, key } = makeCertificate(on.cluster.socketFolder, 'server', ['DNS:localhost']);
  root = cert;
  for (const file of [cert, key]) on.cluster.own(file);
  const tls = { ssl: 'on', ssl_cert_file: cert, ssl_key_file: key };
  const set = Object.entries(tls).map(([name, value]) => `alter system set ${name} = '${value}'`);
  await on.admin('postgres', ...set, 'select pg_reload_conf()');
  places.set('direct', { port: new URL(on.cluster.adminUrl).port, socketFolder: on.cluster.socketFolder });
  for (const pool_mode of POOLERS.filter((name) => name !== 'direct')) {
    const pooler = await startPooler(on.cluster.url, {
      pool_mode,
      client_tls_sslmode: 'allow',
      client_tls_cert_file: cert,
      client_tls_key_file: key,
      server_idle_timeout: '1', // what a case left is not in the way of the next ones
    });
    ends.push(() => pooler.stop());
    places.set(pool_mode, pooler);
  }
  if (withNats) {
    nats = await startNats();
    ends.push(() => nats.stop());
  }
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

function urlOf({ pooler, form }: Pick<Case, 'pooler' | 'form'>, role: string, database: string): string {
  const { port, socketFolder } = places.get(pooler) ?? { port: '', socketFolder: '' };
  const forms: Record<Case['form'], string> = {
    plain: `127.0.0.1:${port}/${database}`,
    socket: `/${database}?host=${socketFolder}&port=${port}`,
    IPv6: `[::1]:${port}/${database}`,
    'two hosts': `127.0.0.1:1,127.0.0.1:${port}/${database}`,
    require: `127.0.0.1:${port}/${database}?sslmode=require`,
    'verify-full': `localhost:${port}/${database}?sslmode=verify-full&sslrootcert=${root}`,
  };
  return `postgres://${role}@${forms[form]}`;
}

/** What a node and `migrate` are given besides the URL. */
const envOf = ({ schema, pooler }: Pick<Case, 'schema' | 'pooler'>): Record<string, string> => ({
  ...(schema === 'DATABASE_SCHEMA' && { DATABASE_SCHEMA: 'theirs' }),
  ...(pooler === 'transaction' && { NATS_URL: nats.url }),
});

/** Makes a database as the case has it; what it is called, and how the role is. */
async function prepare(of: Case): Promise<{ database: string; role: string }> {
  const role = await on.createRole();
  if (of.role === 'owner') return { role, database: await on.createDatabase(`owner ${role}`) };
  if (of.role === 'owner of its schema') {
    const database = await on.createDatabase('owner postgres');
    await on.admin(database, `create schema theirs authorization ${role}`);
    if (of.schema === 'the role’s')
      await on.admin(database, `alter role ${role} in database ${database} set search_path = theirs`);
    return { role, database };
  }
  const database = await on.createDatabase();
  const env = { ...envOf(of), DATABASE_URL: urlOf(of, 'duet', database) };
  const { status, stderr } = spawnSync(process.execPath, [fileOf('src/migrate.ts')], {
    env,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const schema = of.schema === 'DATABASE_SCHEMA' ? 'theirs' : 'public';
  await on.admin(
    database,
    `grant usage on schema ${schema} to ${role}`,
    `grant select, insert, update, delete on all tables in schema ${schema} to ${role}`,
  );
  return { role, database };
}

test.each(CASES)('$pooler, $form: the role is $role, the schema $schema', async (of) => {
  const { role, database } = await prepare(of);
  const env = { ...envOf(of), DATABASE_URL: urlOf(of, role, database) };
  // The next start finds all as it was.
  expect(await useServer(env)).toBe(await useServer(env));
});

test.each(POOLERS)('%s: LATIN1 is one line', async (pooler) => {
  const database = await on.createDatabase("owner duet encoding 'LATIN1' locale 'C' template template0");
  const form = 'plain';
  const env = envOf({ schema: 'the role’s', pooler });
  expect(await refusalOf({ ...env, DATABASE_URL: urlOf({ pooler, form }, 'duet', database) })).toBe(
    `DATABASE_URL: the database's encoding is LATIN1, and UTF8 is needed ("create database … encoding UTF8 template template0")`,
  );
});

test('each two values are together in a case', () => {
  const columns = { role: ROLES, schema: SCHEMAS, pooler: POOLERS, form: FORMS };
  const pairs = (values: object) => {
    const all = Object.entries(values).map(([name, value]) => `${name} ${value}`);
    return all.flatMap((a) => all.filter((b) => a < b).map((b) => `${a}, ${b}`));
  };
  const wanted = Object.entries(columns).flatMap(([name, values]) =>
    Object.entries(columns).flatMap(([other, others]) =>
      values.flatMap((value) =>
        others.flatMap((o) => (name < other ? pairs({ [name]: value, [other]: o }) : [])),
      ),
    ),
  );
  if (withNats) expect(wanted.filter((pair) => !CASES.some((of) => pairs(of).includes(pair)))).toEqual([]);
});
