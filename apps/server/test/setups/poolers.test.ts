import { PATIENCE_MS } from '@duet/testing/wait';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startupErrorOf } from '../../src/startup-error.ts';
import { type Cluster, startCluster } from '../harness/cluster.ts';
import { entity } from '../harness/http.ts';
import { type NatsServer, startNats, withNats } from '../harness/nats.ts';
import { startPooler } from '../harness/pooler.ts';
import { JWT_SECRET, personAt, startServerOn, type TestServer } from '../harness/server.ts';

// PgBouncer between the nodes and PostgreSQL, as Debian has it: two nodes work through it, or the start says in one line what to change.

let cluster: Cluster;
let nats: NatsServer;
let made = 0;
beforeAll(async () => {
  cluster = await startCluster();
  if (withNats) nats = await startNats();
});
afterAll(async () => {
  if (withNats) await nats.stop();
  await cluster.stop();
});

async function sqlAt(url: string): Promise<postgres.Sql> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false, prepare: false });
  onTestFinished(() => sql.end());
  return sql;
}

/** A database of its own, and a PgBouncer in front of it. */
async function pooled(settings: Record<string, string>) {
  made += 1;
  const name = `p${made}`;
  const admin = await sqlAt(cluster.adminUrl);
  await admin.unsafe(`create database ${name} owner duet`);
  const direct = cluster.url.replace(/\w+$/, name);
  const pooler = await startPooler(direct, settings);
  onTestFinished(() => pooler.stop());
  return { name, direct, url: pooler.through(direct), admin };
}

async function start(DATABASE_URL: string, env: Record<string, string> = {}): Promise<TestServer> {
  const server = await startServerOn({ DATABASE_URL, JWT_SECRET, ...env });
  onTestFinished(() => server.stop());
  return server;
}

const refusal = (url: string, env?: Record<string, string>) =>
  start(url, env).then(
    () => 'it started',
    // As `main.ts` says it.
    (error: unknown) => startupErrorOf(error)?.message ?? `not known: ${error}`,
  );

/** Two people on two nodes: registered, opened, sent and heard both ways, read back. */
async function work([one, two]: readonly [TestServer, TestServer]): Promise<void> {
  const account = await fetch(`${one.url}/api/auth/register/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: `guest${made}`, password: 'a long enough password' }),
  });
  expect(account.status).toBe(201);
  const [ada, ben] = [await personAt(one.url, 'ada'), await personAt(two.url, 'ben')];
  const opened = await Promise.all(
    Array.from({ length: 20 }, (_, i) => (i % 2 ? ada.open(ben) : ben.open(ada))),
  );
  const [{ id } = { id: '' }] = opened;
  expect(new Set(opened.map((each) => each.id)).size).toBe(1);
  const [left, right] = [await ada.connect(id), await ben.connect(id)];
  const content = String.raw`a \ backslash, 'quotes' and ☕`;
  left.send({ message: content });
  const here = await left.next();
  expect(here).toMatchObject({ message: content });
  expect(await right.next()).toEqual(here);
  right.send({ message: 'and back' });
  expect(await left.next()).toMatchObject({ message: 'and back' });
  await Promise.all([left.close(), right.close()]);
  await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? ada : ben).send(id, `${i}`)));
  const reads = await Promise.all(
    Array.from({ length: 20 }, () => ben.post(`/api/chat/conversations/${id}/read/`, { seq: 42 })),
  );
  expect(reads.map(({ status }) => status)).toEqual(reads.map(() => 200));
  const { results } = (await ben.get(`/api/chat/conversations/${id}/messages/`)).as(entity.page);
  expect(results.map(({ seq }) => seq)).toEqual(Array.from({ length: 42 }, (_, i) => 42 - i));
  for (const { log } of [one, two]) expect(log.filter((line) => /"level":[45]0/.test(line))).toEqual([]);
}

describe('session mode', () => {
  test.each([
    ['as it comes', {}],
    ['told to ignore parameters at the start', { ignore_startup_parameters: 'options, extra_float_digits' }],
  ])('%s: two nodes work, and hear each other', async (_, settings) => {
    const { url } = await pooled({ pool_mode: 'session', default_pool_size: '24', ...settings });
    await work(await Promise.all([start(url), start(url)]));
  });

  test('fewer connections than a node takes are one line', async () => {
    const { url } = await pooled({ pool_mode: 'session', default_pool_size: '11' });
    expect(await refusal(url)).toBe(
      'DATABASE_CONNECTIONS: a node takes 12, and the pooler gives fewer ("default_pool_size" is for all nodes)',
    );
    const server = await start(url, { DATABASE_CONNECTIONS: '11' });
    await personAt(server.url, 'ada');
  });
});

describe.runIf(withNats)('transaction mode with NATS', () => {
  const env = () => ({ NATS_URL: nats.url });

  test('two nodes that start at once on an empty database work, with three connections for both', async () => {
    const { url } = await pooled({ pool_mode: 'transaction', default_pool_size: '3' });
    await work(await Promise.all([start(url, env()), start(url, env())]));
  });

  test('what others left in the sessions, or the role has other defaults for, changes nothing', async () => {
    const size = 3;
    const { url, name, admin } = await pooled({ pool_mode: 'transaction', default_pool_size: `${size}` });
    await admin.unsafe(
      `alter role duet in database ${name} set default_transaction_isolation = 'serializable'`,
    );
    await admin.unsafe(`alter role duet in database ${name} set DateStyle = 'SQL, DMY'`);
    const others = await Promise.all(Array.from({ length: size }, () => sqlAt(url)));
    // Each in a transaction of its own at the same time: so in each of the sessions.
    const all = new Set<number>();
    await Promise.all(
      others.map((sql) =>
        sql.begin(async (tx) => {
          const [session] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
          all.add(session?.pid ?? 0);
          for (const setting of [
            "bytea_output = 'escape'",
            'extra_float_digits = -15',
            'lock_timeout = 1',
            'search_path = nowhere',
          ])
            await tx.unsafe(`set ${setting}`);
          await vi.waitFor(() => expect(all.size).toBe(size), { timeout: PATIENCE_MS });
        }),
      ),
    );
    await work([
      await start(url, env()),
      await start(`${url}?options=-c%20work_mem%3D8MB%20--TimeZone=Asia/Kathmandu`, env()),
    ]);
    const own = { DATABASE_SCHEMA: 'duet', ...env() };
    await work([await start(url, own), await start(url, own)]);
    // The sessions are still the same, and as the others left them.
    const [still] = await (others[0] ?? admin)`
      select pg_backend_pid() as pid, current_setting('bytea_output') as output, current_setting('search_path') as path`;
    expect(still).toEqual({ pid: expect.any(Number), output: 'escape', path: 'nowhere' });
    expect(all).toContain(still?.['pid']);
  });

  test('no statement waits for ever: PostgreSQL gives up on it', async () => {
    const { url, direct } = await pooled({ pool_mode: 'transaction' });
    const server = await start(url, env());
    const ada = await personAt(server.url, 'ada');
    const sql = await sqlAt(direct);
    await sql.begin(async (tx) => {
      await tx`lock table conversations`;
      expect(await ada.get('/api/chat/conversations/')).toMatchObject({ status: 503 });
      // The answer may be there before the database's own.
      const log = () => server.log.join('\n');
      await vi.waitFor(() => expect(log()).toContain('"reason":"57014"'), { timeout: PATIENCE_MS });
    });
    expect(await ada.get('/api/chat/conversations/')).toMatchObject({ status: 200 });
  });

  test('what the URL asks for and a pooler cannot keep is one line', async () => {
    const { url } = await pooled({ pool_mode: 'transaction' });
    expect(await refusal(`${url}?options=-e`, env())).toBe(
      'DATABASE_URL: options: only settings (-c name=value) can be kept through a pooler',
    );
    expect(await refusal(`${url}?options=-c%20nothing%3D1`, env())).toBe(
      'DATABASE_URL: cannot reach the database (unrecognized configuration parameter "nothing")',
    );
  });

  test('a database that was away behind it is used again by itself', async () => {
    const { url } = await pooled({ pool_mode: 'transaction', server_login_retry: '1' });
    const server = await start(url, env());
    const [ada, ben] = [await personAt(server.url, 'ada'), await personAt(server.url, 'ben')];
    const { id } = await ada.open(ben);
    await cluster.shutDown();
    const content = 'sent while it was away';
    expect((await ada.post(`/api/chat/conversations/${id}/messages/`, { content })).status).toBe(503);
    await cluster.start();
    const readyz = async () => (await fetch(`${server.url}/readyz`)).status;
    await vi.waitFor(async () => expect(await readyz()).toBe(200), { timeout: PATIENCE_MS, interval: 50 });
    expect(await ada.send(id, content)).toMatchObject({ seq: 1 });
  });
});

describe('what cannot be is one line', () => {
  test('transaction mode without NATS', async () => {
    const { url } = await pooled({ pool_mode: 'transaction' });
    expect(await refusal(url)).toBe(
      'DATABASE_URL: the pooler passes no notifications on; set NATS_URL, or its "pool_mode = session"',
    );
  });

  test('statement mode', async () => {
    const { url } = await pooled({ pool_mode: 'statement' });
    expect(await refusal(url)).toBe(
      'DATABASE_URL: the pooler knows no transactions ("pool_mode = session", or "transaction" with NATS_URL)',
    );
  });

  test('a pooler whose database is not there, and one that takes no more clients', async () => {
    const { url } = await pooled({ pool_mode: 'session', max_client_conn: '5', default_pool_size: '24' });
    expect(await refusal(url.replace(/\w+$/, 'nobody'))).toBe(
      `DATABASE_URL: cannot reach the database (write CONNECT_TIMEOUT 127.0.0.1:${new URL(url).port})`,
    );
    expect(await refusal(url)).toMatch(
      /^DATABASE_URL: cannot reach the database \([^\n]*max_client_conn[^\n]*\)$/,
    );
  });
});
