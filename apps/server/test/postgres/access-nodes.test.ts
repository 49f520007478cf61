import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createEmbedded, createPostgres, type TestDatabase } from '@duet/testing/database';
import { PATIENCE_MS } from '@duet/testing/wait';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { BUSES } from '../harness/buses.ts';
import { startClock, stopClock } from '../harness/clock.ts';
import { entity, expectProblem, request } from '../harness/http.ts';
import { inboxOf } from '../harness/inbox.ts';
import { type Link, link } from '../harness/link.ts';
import { type NatsServer, startNats } from '../harness/nats.ts';
import { JWT_SECRET, mint, Person, personAt, startServerOn, type TestServer } from '../harness/server.ts';

// PROTOCOL 1.4 on several nodes, and the operator's command.

const SCRIPT = fileURLToPath(new URL('../../src/revoke-user.ts', import.meta.url));
const ENDED = { code: 4401, reason: 'invalid_token' };

/** Runs the command. */
function revoke(env: Record<string, string>, ...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], ...env }, timeout: PATIENCE_MS };
    const child = execFile(process.execPath, [SCRIPT, ...args], options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });
}

const me = (person: Person) => person.get('/api/chat/users/me/');
const now = () => Math.floor(Date.now() / 1000);
/** A token that is issued in the next second, when it may be used again. */
async function freshToken(sub: string): Promise<string> {
  const second = now();
  while (now() === second) await new Promise((resolve) => setTimeout(resolve, 20));
  return mint({ sub, iat: now() });
}

describe.each(BUSES)('over %s', (bus) => {
  let database: TestDatabase;
  let nats: NatsServer | undefined;
  let way: Link;
  let nodes: [TestServer, TestServer];
  let env: Record<string, string>;
  beforeAll(async () => {
    database = await createPostgres();
    nats = bus === 'nats' ? await startNats() : undefined;
    env = { ...database.env, ...(nats && { NATS_URL: nats.url }) };
    const server = { ...env, JWT_SECRET, RATE_LIMITS: 'off' };
    // What leads the second node to its bus can be cut.
    way = await link(nats?.url ?? database.env['DATABASE_URL'] ?? '');
    const cuttable: Record<string, string> = nats ? { NATS_URL: way.url } : {};
    nodes = [await startServerOn(server), await startServerOn({ ...server, ...cuttable })];
  });
  afterAll(async () => {
    for (const node of nodes) await node.stop();
    await way.close();
    await nats?.stop();
    await database.drop();
  });

  test('who signs out on one node is out on all', async () => {
    const [here, there] = nodes;
    const json = { username: randomUUID(), password: 'correct horse' };
    const answer = await request(here.url, 'POST', '/api/auth/register/', { json });
    const { user, access, refresh } = answer.as(entity.session);
    const elsewhere = new Person(there.url, user.id, access);
    expect((await me(elsewhere)).status).toBe(200); // from now on known there
    const inbox = await inboxOf(elsewhere);
    const { id } = await elsewhere.open(await there.person());
    const socket = await elsewhere.connect(id);
    await request(here.url, 'POST', '/api/auth/logout/', { json: { refresh } });
    expect(await inbox.closed).toEqual(ENDED);
    expect(await socket.closed).toEqual(ENDED);
    expectProblem(await me(elsewhere), 401, 'invalid_token');
  });

  test('of uses of a refresh token at once on all nodes one successor lives, and another one’s use ends all access', async () => {
    stopClock(); // a used token works once more for 10 s
    onTestFinished(startClock);
    const json = { username: randomUUID(), password: 'correct horse' };
    const { refresh, user } = (await request(nodes[0].url, 'POST', '/api/auth/register/', { json })).as(
      entity.session,
    );
    const use = (token: string, n: number) =>
      request(nodes[n % 2 === 0 ? 0 : 1].url, 'POST', '/api/auth/token/refresh/', {
        json: { refresh: token },
      });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => use(refresh, n)));
    const successors = answers.map((answer) => answer.as(entity.session));
    const again = [];
    for (const [n, successor] of successors.entries()) again.push((await use(successor.refresh, n)).status);
    expect(again.filter((status) => status === 200).length).toBeLessThanOrEqual(1);
    for (const [n, successor] of successors.entries())
      expectProblem(await use(successor.refresh, n + 1), 401, 'invalid_refresh_token');
    for (const { url } of nodes) {
      for (const { access } of successors)
        await expect
          .poll(async () => (await me(new Person(url, user.id, access))).status, { timeout: PATIENCE_MS })
          .toBe(401);
    }
  });

  test('the operator’s command ends all of somebody’s tokens, sessions and sockets on all nodes, and nobody else’s', async () => {
    const [here, there] = nodes;
    const id = randomUUID();
    const token = await mint({ sub: id, iat: now() });
    const people = nodes.map(({ url }) => new Person(url, id, token));
    for (const person of people) expect((await me(person)).status).toBe(200);
    const bystander = await personAt(there.url, randomUUID());
    const sockets = await Promise.all(people.map(inboxOf));
    const theirs = await inboxOf(bystander);
    const { code, output } = await revoke(env, id);
    expect(output).toContain('No token of theirs');
    expect(code).toBe(0);
    for (const socket of sockets) expect(await socket.closed).toEqual(ENDED);
    for (const person of people) expectProblem(await me(person), 401, 'invalid_token');
    // Nor one that does not say when it was issued.
    expectProblem(await me(new Person(here.url, id, await mint({ sub: id }))), 401, 'invalid_token');
    const fresh = await freshToken(id);
    for (const { url } of nodes) expect((await me(new Person(url, id, fresh))).status).toBe(200);
    theirs.send({ type: 'ping' });
    expect(await theirs.next()).toMatchObject({ type: 'pong' });
    await theirs.close();
  });

  test.runIf(bus === 'postgres')(
    'for good: later tokens are refused, too, and nobody signs in, until it is lifted',
    async () => {
      const [here] = nodes;
      const json = { username: randomUUID(), password: 'correct horse' };
      const post = (path: string, body: unknown) => request(here.url, 'POST', path, { json: body });
      const { user, refresh } = (await post('/api/auth/register/', json)).as(entity.session);
      expect((await revoke(env, user.id, '--for-good')).code).toBe(0);
      expectProblem(await post('/api/auth/token/refresh/', { refresh }), 401, 'invalid_refresh_token');
      expectProblem(await post('/api/auth/token/', json), 401, 'invalid_credentials');
      expectProblem(await me(new Person(here.url, user.id, await freshToken(user.id))), 401, 'invalid_token');
      expect((await revoke(env, user.id)).code).toBe(0);
      await freshToken(user.id);
      const { access } = (await post('/api/auth/token/', json)).as(entity.session);
      expect((await me(new Person(here.url, user.id, access))).status).toBe(200);
    },
  );

  test.runIf(bus === 'nats')('a node that could not hear of it finds out when it hears again', async () => {
    const [, there] = nodes;
    const ada = await personAt(there.url, randomUUID());
    const inbox = await inboxOf(ada);
    way.cut();
    expect((await revoke(env, ada.id)).code).toBe(0);
    way.mend();
    expect(await inbox.closed).toEqual(ENDED);
    expectProblem(await me(ada), 401, 'invalid_token');
  });
});

test('the command says what is wrong with what it is given; the embedded database is its server’s alone', async () => {
  const { dataDir, drop } = await createEmbedded();
  const env = { DATA_DIR: dataDir };
  const fails = async (given: Record<string, string>, args: string[], says: RegExp) => {
    const { code, output } = await revoke(given, ...args);
    expect(output).toMatch(says);
    expect(code).toBe(1);
  };
  await Promise.all([
    fails(env, ['ada', '--soon'], /^duet: usage: /),
    fails({ DATABASE_URL: 'nowhere' }, ['ada'], /^duet: DATABASE_URL: /),
    fails({ DATA_DIR: '/nowhere' }, ['ada'], /^duet: DATA_DIR: \/nowhere holds no database\n$/),
  ]);
  const server = await startServerOn({ ...env, JWT_SECRET });
  const id = randomUUID();
  const ada = new Person(server.url, id, await mint({ sub: id, iat: now() }));
  expect((await me(ada)).status).toBe(200);
  await fails(env, [id], /in use by another Duet process/);
  await server.stop();
  await fails(env, ['nobody'], /^duet: no user has the id nobody\n$/);
  expect((await revoke(env, id)).code).toBe(0);
  const again = await startServerOn({ ...env, JWT_SECRET });
  expectProblem(await me(new Person(again.url, id, ada.token)), 401, 'invalid_token');
  await again.stop();
  await drop();
});
