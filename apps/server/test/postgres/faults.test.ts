import { randomUUID } from 'node:crypto';
import { asAdmin, createPostgres } from '@duet/testing/database';
import { PATIENCE_MS } from '@duet/testing/wait';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entity, expectProblem, request } from '../harness/http.ts';
import { JWT_SECRET, startServerOn, type TestServer } from '../harness/server.ts';

// What only shows when somebody reaches into the database behind the server's back.

let server: TestServer;
let sql: postgres.Sql;
let database: Awaited<ReturnType<typeof createPostgres>>;
beforeAll(async () => {
  database = await createPostgres();
  server = await startServerOn({ ...database.env, JWT_SECRET });
  sql = postgres(server.databaseUrl, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await server.stop();
  await database.drop();
});

test('3.8: an expired refresh token works no more', async () => {
  const json = { username: randomUUID(), password: 'long enough' };
  const { refresh, user } = (await request(server.url, 'POST', '/api/auth/register/', { json })).as(
    entity.session,
  );
  await sql`update sessions set expires_at = now() - interval '1 s' where user_id = ${user.id}`;
  const answer = await request(server.url, 'POST', '/api/auth/token/refresh/', { json: { refresh } });
  expectProblem(answer, 401, 'invalid_refresh_token');
});

test('3.8: a refresh token that was used 10 s ago revokes its family, though its successor was not used', async () => {
  const json = { username: randomUUID(), password: 'long enough' };
  const answer = await request(server.url, 'POST', '/api/auth/register/', { json });
  const first = answer.as(entity.session);
  const refresh = (token: string) =>
    request(server.url, 'POST', '/api/auth/token/refresh/', { json: { refresh: token } });
  const second = (await refresh(first.refresh)).as(entity.session);
  const third = (await refresh(first.refresh)).as(entity.session);
  await sql`update sessions set used_at = used_at - interval '10 s' where user_id = ${first.user.id}`;
  expectProblem(await refresh(first.refresh), 401, 'invalid_refresh_token');
  for (const { refresh: token } of [second, third])
    expectProblem(await refresh(token), 401, 'invalid_refresh_token');
});

test('1.2: timestamps do not go backwards, though another node’s clock was ahead', async () => {
  const [ada, ben] = [await server.person(), await server.person()];
  const { id } = await ada.open(ben);
  const ahead = '2099-01-01T00:00:00.000Z';
  await sql`update conversations set activity_at = ${ahead} where id = ${id}`;
  for (const content of ['later', 'later still']) expect((await ada.send(id, content)).timestamp).toBe(ahead);
});

test('3.10: /readyz says when the database does not answer', async () => {
  expect((await request(server.url, 'GET', '/readyz')).status).toBe(200);
  const name = new URL(server.databaseUrl).pathname.slice(1);
  const allow = (yes: boolean) =>
    asAdmin((admin) => admin`alter database ${admin(name)} with allow_connections ${admin.unsafe(`${yes}`)}`);
  await allow(false);
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name} and pid <> pg_backend_pid()`;
  const answer = await request(server.url, 'GET', '/readyz');
  expectProblem(answer, 503, 'unavailable');
  expect(answer.headers.get('retry-after')).toBe('1');
  await allow(true);
  await expect
    .poll(async () => (await request(server.url, 'GET', '/readyz')).status, { timeout: PATIENCE_MS })
    .toBe(200);
});

test('1.5 and 4.6: a fault of the server is bare outside, and in the log with its cause but without the message', async () => {
  const [ada, ben] = [await server.person(), await server.person()];
  const { id } = await ada.open(ben);
  const socket = await ada.connect(id);
  await sql`alter table messages rename to elsewhere`;
  const answer = await ada.post(`/api/chat/conversations/${id}/messages/`, { content: 'a private word' });
  expectProblem(answer, 500, 'internal');
  const problem = answer.as(entity.problem);
  expect(problem.detail).toBe(problem.title);
  const message_id = randomUUID();
  socket.send({ message: 'a private word', message_id });
  expect(await socket.next()).toMatchObject({ type: 'error', code: 'internal', message_id });
  const overTrpc = await ada.postRaw(
    '/trpc/messages.send',
    JSON.stringify({ conversation_id: id, content: 'a private word' }),
  );
  expect(overTrpc.status).toBe(500);
  expect(overTrpc.text).not.toMatch(/elsewhere|relation|insert/);
  await sql`alter table elsewhere rename to messages`;
  socket.send({ message: 'and on it goes', message_id });
  expect(await socket.next()).toMatchObject({ message: 'and on it goes', seq: 1 });
  await socket.close();

  await sql`alter table conversations rename to elsewhere`;
  expect(await (await ada.connect(id)).closed).toEqual({ code: 1011, reason: 'internal' });
  await sql`alter table elsewhere rename to conversations`;

  const log = server.log.join('');
  expect(log).toContain(problem.request_id);
  expect(log).toContain('relation \\"messages\\" does not exist');
  expect(log).not.toContain('a private word');
});
