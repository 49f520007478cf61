import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseDatabaseUrl, schemaIn, settingsIn, withSchema } from './url.ts';

const hosts = (url: string) => parseDatabaseUrl(url).hosts.map(({ host, port }) => `${host} ${port}`);

test.each([
  ['postgres://db.example/duet', ['db.example 5432']],
  ['postgresql://db.example:6432/duet', ['db.example 6432']],
  ['postgres:///duet', ['localhost 5432']],
  ['postgres://[::1]/duet', ['::1 5432']],
  ['postgres://u:p@[2001:db8::1]:6432/duet', ['2001:db8::1 6432']],
  ['postgres://one:1,two:2,three/duet', ['one 1', 'two 2', 'three 5432']],
  ['postgres:///duet?host=/var/run/postgresql', ['/var/run/postgresql 5432']],
  ['postgres://%2Fvar%2Frun%2Fpostgresql:5433/duet', ['/var/run/postgresql 5433']],
  ['postgres:///duet?host=one,two&port=1,2', ['one 1', 'two 2']],
  ['postgres:///duet?host=one,two&port=7', ['one 7', 'two 7']],
])('the hosts of %s', (url, expected) => expect(hosts(url)).toEqual(expected));

test('who connects, to what, and how', () => {
  const url =
    'postgres://a%40b:50%25off%3A%2F@h/my%20db?application_name=chat&connect_timeout=7&keepalives_idle=30' +
    '&channel_binding=prefer&gssencmode=disable&target_session_attrs=read-write&options=-c%20work_mem%3D8MB';
  expect(parseDatabaseUrl(url)).toMatchObject({
    user: 'a@b',
    password: '50%off:/',
    database: 'my db',
    applicationName: 'chat',
    connectTimeoutSeconds: 7,
    keepAliveSeconds: 30,
    targetSessionAttributes: 'read-write',
    options: '-c work_mem=8MB',
    ssl: false,
  });
  expect(parseDatabaseUrl('postgres://h/?dbname=d&user=u&password=p&keepalives=0')).toMatchObject({
    user: 'u',
    password: 'p',
    database: 'd',
    keepAliveSeconds: null,
  });
  // A plus is a plus, and a question mark one, as libpq has it.
  expect(parseDatabaseUrl(withSchema('postgres://h/d?password=a+b?c', 'chat'))).toMatchObject({
    password: 'a+b?c',
    options: '-c search_path=chat',
  });
  // An @ that should have been written as %40 belongs to the password, as URLs have it.
  expect(parseDatabaseUrl('postgres://u:p@ss@h/d')).toMatchObject({
    password: 'p@ss',
    hosts: [{ host: 'h' }],
  });
});

test('TLS, as libpq names its modes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'duet-url-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const root = join(folder, 'root.crt');
  writeFileSync(root, 'a certificate');
  const ssl = (query: string) => parseDatabaseUrl(`postgres://h/d?${query}`).ssl;
  expect(ssl('sslmode=disable')).toBe(false);
  expect(ssl('sslmode=prefer')).toBe('prefer');
  expect(ssl('sslmode=require')).toBe('require');
  expect(ssl('ssl=true')).toBe('require');
  // To be verified is the default of TLS: nothing may turn it off.
  expect(ssl('sslmode=verify-full')).toEqual({});
  expect(ssl('sslrootcert=system')).toEqual({});
  expect(ssl(`sslmode=verify-full&sslrootcert=${root}`)).toEqual({ ca: 'a certificate' });
  for (const mode of ['require', 'verify-ca'])
    expect(ssl(`sslmode=${mode}&sslrootcert=${root}`)).toEqual({
      ca: 'a certificate',
      checkServerIdentity: expect.any(Function),
    });
});

test.each([
  ['mysql://h/d', 'must be a postgres:// URL'],
  ['postgres://h', 'must name a database'],
  ['postgres://h/', 'must name a database'],
  ['postgres://u:50%off@h/d', 'has a percent sign that stands for nothing; write it as %25'],
  ['postgres://h:port/d', 'has a host or a port that cannot be read'],
  ['postgres://h:0/d', 'has a port that is none'],
  ['postgres://h:70000/d', 'has a port that is none'],
  ['postgres://[::1/d', 'has a host or a port that cannot be read'],
  ['postgres://h/d?pgbouncer=true', 'the parameter "pgbouncer" is not known'],
  ['postgres://h/d?sslmode=maybe', 'sslmode has a value that is not known, or cannot be met'],
  [
    'postgres://h/d?channel_binding=require',
    'channel_binding has a value that is not known, or cannot be met',
  ],
  ['postgres://h/d?gssencmode=require', 'gssencmode has a value that is not known, or cannot be met'],
  [
    'postgres://h/d?target_session_attrs=best',
    'target_session_attrs has a value that is not known, or cannot be met',
  ],
  ['postgres://h/d?connect_timeout=soon', 'connect_timeout has a value that is not known, or cannot be met'],
  ['postgres://h/d?sslrootcert=/nowhere/root.crt', 'sslrootcert: the file cannot be read'],
])('%s: %s', (url, message) => expect(() => parseDatabaseUrl(url)).toThrow(message));

test('a schema of its own goes with the URL', () => {
  const url = withSchema('postgres://u:p%25@h/d?connect_timeout=7', 'chat');
  expect(schemaIn(url)).toBe('chat');
  expect(parseDatabaseUrl(url)).toMatchObject({
    password: 'p%',
    connectTimeoutSeconds: 7,
    options: '-c search_path=chat',
  });
  expect(schemaIn(withSchema('postgres://h/d', undefined))).toBeUndefined();
});

test('settings in options, as a server splits them', () => {
  expect(settingsIn('')).toEqual({});
  expect(
    settingsIn(String.raw` -c work_mem=8MB  -cgeqo=off --statement-timeout=5s -c search_path=a,\ b `),
  ).toEqual({
    work_mem: '8MB',
    geqo: 'off',
    statement_timeout: '5s',
    search_path: 'a, b',
  });
  expect(settingsIn(String.raw`-c duet.x=a=\\b`)).toEqual({ 'duet.x': String.raw`a=\b` });
  for (const options of ['-e', '-c', '-c work_mem', 'work_mem=8MB', '-B 5', '--'])
    expect(() => settingsIn(options), options).toThrow('only settings (-c name=value)');
});
