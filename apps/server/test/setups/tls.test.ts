import { PATIENCE_MS } from '@duet/testing/wait';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Certificate, makeCertificate } from '../harness/certificate.ts';
import { JWT_SECRET, personAt, startServerOn } from '../harness/server.ts';
import { openSetups, refusalOf, type Setups } from '../harness/setups.ts';

// DATABASE_URL with TLS against a PostgreSQL that has it, and one that does not.

let on: Setups;
let port: string;
let localhost: Certificate;
let address: Certificate;
beforeAll(async () => {
  on = await openSetups();
  port = new URL(on.cluster.adminUrl).port;
  localhost = makeCertificate(on.cluster.socketFolder, 'localhost', ['DNS:localhost']);
  address = makeCertificate(on.cluster.socketFolder, 'address', ['IP:127.0.0.1', 'IP:::1']);
  for (const { cert, key } of [localhost, address]) for (const file of [cert, key]) on.cluster.own(file);
});
afterAll(() => on.cluster.stop());

/** From now on whoever connects meets this certificate, or none. */
async function present(certificate?: Certificate): Promise<void> {
  const { cert, key } = certificate ?? { cert: 'none', key: 'none' };
  const settings = { ssl: certificate ? 'on' : 'off', ssl_cert_file: cert, ssl_key_file: key };
  for (const [name, value] of Object.entries(settings))
    await on.admin('postgres', `alter system set ${name} = '${value}'`);
  await on.admin('postgres', 'select pg_reload_conf()');
  const shown = async () => (await on.admin('postgres', 'show ssl_cert_file'))[0]?.['ssl_cert_file'];
  await vi.waitFor(async () => expect(await shown()).toBe(cert), { timeout: PATIENCE_MS, interval: 20 });
}

/** Starts and works; whether all of its connections were encrypted. */
async function isEncrypted(query: string, host = `127.0.0.1:${port}`): Promise<boolean> {
  const [role, server] = await started(query, host);
  const [ada, ben] = [await personAt(server.url, 'ada'), await personAt(server.url, 'ben')];
  await ada.send((await ada.open(ben)).id, 'hello');
  const [seen] = await on.admin(
    'postgres',
    `select count(distinct ssl)::int as kinds, bool_and(ssl) as ssl from pg_stat_ssl join pg_stat_activity using (pid) where usename = '${role}'`,
  );
  await server.stop();
  expect(seen?.['kinds']).toBe(1);
  return seen?.['ssl'];
}

async function started(query: string, host: string) {
  const role = await on.createRole();
  const database = await on.createDatabase(`owner ${role}`);
  const DATABASE_URL = `postgres://${role}@${host}/${database}?${query}`;
  return [role, await startServerOn({ DATABASE_URL, JWT_SECRET })] as const;
}

const refusal = (query: string, host = `127.0.0.1:${port}`) =>
  refusalOf({ DATABASE_URL: `postgres://duet@${host}/duet?${query}` });
const root = ({ cert }: Certificate) => `sslrootcert=${cert}`;
const inSocket = () => `host=${on.cluster.socketFolder}&port=${port}`;
const SELF_SIGNED = /^DATABASE_URL: cannot reach the database \(self-signed certificate[^\n]*\)$/;
const cannot = (reason: string) => `DATABASE_URL: cannot reach the database (${reason})`;

describe('a server without it', () => {
  test('is taken where it need not be', async () => {
    for (const query of ['sslmode=disable', 'sslmode=prefer', `sslmode=prefer&${root(localhost)}`])
      expect(await isEncrypted(query), query).toBe(false);
  });

  test.each(['require', 'verify-ca', 'verify-full'])('sslmode=%s is one line', async (mode) => {
    expect(await refusal(`sslmode=${mode}&${root(localhost)}`)).toBe(
      cannot('CONNECTION_WITHOUT_TLS: the server does not support TLS, which sslmode asks for'),
    );
  });
});

describe('a server whose certificate is of its own making', () => {
  beforeAll(() => present(localhost));

  test.each(['sslmode=prefer', 'sslmode=require', 'ssl=true', 'sslmode=allow'])('%s', async (query) => {
    expect(await isEncrypted(query)).toBe(true);
  });

  test('sslmode=disable', async () => {
    expect(await isEncrypted('sslmode=disable')).toBe(false);
  });

  test('with its root, as libpq checks it', async () => {
    expect(await isEncrypted(`sslmode=require&${root(localhost)}`)).toBe(true);
    expect(await isEncrypted(`sslmode=verify-ca&${root(localhost)}`)).toBe(true);
    expect(await isEncrypted(`sslmode=verify-full&${root(localhost)}`, `localhost:${port}`)).toBe(true);
    const two = `127.0.0.1:1,localhost:${port}`;
    expect(await isEncrypted(`sslmode=verify-full&${root(localhost)}`, two)).toBe(true);
  });

  test('another root, none, or another name is one line', async () => {
    for (const mode of ['require', 'verify-ca', 'verify-full'])
      expect(await refusal(`sslmode=${mode}&${root(address)}`), mode).toMatch(SELF_SIGNED);
    expect(await refusal('sslmode=verify-full', `localhost:${port}`)).toMatch(SELF_SIGNED);
    // An address is no name: the certificate must be for it.
    const line =
      /^DATABASE_URL: cannot reach the database \(Hostname\/IP does not match [^\n]*127\.0\.0\.1[^\n]*\)$/;
    expect(await refusal(`sslmode=verify-full&${root(localhost)}`)).toMatch(line);
  });

  test('a socket needs none, whatever is asked for', async () => {
    expect(await isEncrypted(`sslmode=require&${inSocket()}`, '')).toBe(false);
  });
});

test('a certificate for an address', async () => {
  await present(address);
  expect(await isEncrypted(`sslmode=verify-full&${root(address)}`)).toBe(true);
  expect(await refusal(`sslmode=verify-full&${root(address)}`, `localhost:${port}`)).toMatch(/localhost/);
  await present();
});
