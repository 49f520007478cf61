import { randomUUID } from 'node:crypto';
import { createPostgres } from '@duet/testing/database';
import { createTRPCClient, httpBatchLink } from '@trpc/client';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AppRouter } from '../../src/rest/router.ts';
import { entity, request } from '../harness/http.ts';
import { nextOf } from '../harness/inbox.ts';
import { METRICS_TOKEN, readMetrics } from '../harness/metrics.ts';
import { type Receiver, startReceiver } from '../harness/otlp.ts';
import { JWT_SECRET, startServerOn, type TestServer } from '../harness/server.ts';
import { connect, connectInbox } from '../harness/socket.ts';

// Whatever people say, search for, are called or sign in with is neither in the log at its most talkative, nor in /metrics, nor in a span.

const word = (what: string) => `${what}-${randomUUID()}`;
const said = {
  rest: word('rest'),
  trpc: word('trpc'),
  socket: word('socket'),
  inbox: word('inbox'),
  conflict: word('conflict'),
  failed: word('failed'),
  tooLong: word('long').padEnd(10_001, 'x'),
};
const typed = {
  username: word('name').slice(0, 30),
  peer: word('peer').slice(0, 30),
  password: word('password'),
  wrongPassword: word('wrong'),
  search: word('search'),
  path: word('path'),
  query: word('query'),
  badJson: word('json'),
  frameType: word('type').slice(0, 30),
  protocol: word('protocol'),
  token: word('token'),
};
let database: Awaited<ReturnType<typeof createPostgres>>;
let receiver: Receiver;
let server: TestServer;
let tokens: string[];
let metrics: string;

beforeAll(async () => {
  [database, receiver] = [await createPostgres(), await startReceiver()];
  server = await startServerOn({
    ...database.env,
    JWT_SECRET,
    METRICS_TOKEN,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  });
  const { url } = server;
  const account = (path: string, json: unknown) => request(url, 'POST', path, { json });
  const { password } = typed;
  const join = async (username: string) =>
    (await account('/api/auth/register/', { username, password })).as(entity.session);
  const [me, peer] = [await join(typed.username), await join(typed.peer)];
  tokens = [me.access, me.refresh, peer.access, peer.refresh];
  const token = me.access;
  await account('/api/auth/register/', { username: typed.username, password });
  await account('/api/auth/token/', { username: typed.username, password: typed.wrongPassword });
  await account('/api/auth/token/refresh/', { refresh: typed.token });
  const opened = await request(url, 'POST', '/api/chat/conversations/', {
    token,
    json: { target_user_id: peer.user.id },
  });
  const { id } = opened.as(entity.conversation);
  const path = `/api/chat/conversations/${id}/messages/`;
  const message_id = randomUUID();
  for (const content of [said.rest, said.conflict])
    await request(url, 'POST', path, { token, json: { content, message_id } });
  await request(url, 'POST', path, { token, json: { content: said.tooLong } });
  await request(url, 'POST', path, {
    token,
    body: `{"${typed.badJson}`,
    headers: { 'content-type': 'application/json' },
  });
  await request(url, 'GET', `/api/chat/users/?search=${typed.search}`, { token });
  await request(url, 'GET', `/api/chat/users/?search=${typed.search.padEnd(65, 'x')}`, { token });
  await request(url, 'GET', `/${typed.path}/?token=${token}&q=${typed.query}`, { token: typed.token });
  await request(url, 'GET', `/%zz${typed.path}`);
  await request(url, 'GET', `/api/chat/users/me/?q=${typed.query}`, { token: typed.token });

  const trpc = createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${url}/trpc`, headers: { authorization: `Bearer ${token}` } })],
  });
  await Promise.allSettled([
    trpc.messages.send.mutate({ conversation_id: id, content: said.trpc }),
    trpc.messages.send.mutate({ conversation_id: id, content: said.tooLong }),
    trpc.auth.signIn.mutate({ username: typed.username, password: typed.wrongPassword }),
  ]);
  await request(url, 'GET', `/trpc/${typed.path}`, { token });

  const socket = await connect(`${url}/ws/chat/${id}/?token=${token}`);
  for (const frame of [
    { message: said.socket },
    { message: said.tooLong },
    { type: typed.frameType },
    typed.badJson,
  ]) {
    socket.send(frame);
    await socket.next();
  }
  await socket.close();
  await (await connect(`${url}/ws/chat/${id}/?token=${typed.token}`)).closed;
  const inbox = await connectInbox(url, { protocols: [`bearer.${token}`, typed.protocol] });
  await nextOf(inbox, 'ready');
  inbox.send({ type: 'chat_message', conversation_id: id, message: said.inbox, message_id: randomUUID() });
  await nextOf(inbox, 'chat_message');
  inbox.send({ type: typed.frameType, token });
  await nextOf(inbox, 'error');
  inbox.send({ type: 'auth', token: typed.token });
  await nextOf(inbox, 'error');
  await inbox.close();

  metrics = (await readMetrics(url)).text;
  // A fault of the database, whose error holds the statement's parameters.
  const admin = postgres(database.url, { max: 1 });
  await admin`alter table messages rename to gone`;
  await admin.end();
  const failed = await request(url, 'POST', path, { token, json: { content: said.failed } });
  expect(failed.status).toBe(500);
  const after = await readMetrics(url);
  expect(after.of('duet_database_errors_total', 'class="42"')).toBeGreaterThan(0);
  metrics += after.text;
  await server.stop();
});
afterAll(async () => {
  await receiver.stop();
  await database.drop();
});

test.each(['the log', '/metrics', 'the spans'])('nothing of it is in %s', (where) => {
  const text =
    { 'the log': server.log.join(''), '/metrics': metrics, 'the spans': receiver.bodies.join('') }[where] ??
    '';
  expect(text.length).toBeGreaterThan(1000);
  const signatures = tokens.map((token) => token.split('.').at(-1) ?? token);
  for (const secret of [...Object.values(said), ...Object.values(typed), ...signatures, METRICS_TOKEN])
    expect(text).not.toContain(secret.slice(0, 40));
});
