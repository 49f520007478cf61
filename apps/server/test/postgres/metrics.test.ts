import { randomUUID } from 'node:crypto';
import { createPostgres } from '@duet/testing/database';
import { PATIENCE_MS } from '@duet/testing/wait';
import { createTRPCClient, httpBatchLink } from '@trpc/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AppRouter } from '../../src/rest/router.ts';
import { expectProblem, request } from '../harness/http.ts';
import { inboxOf, nextOf, sync } from '../harness/inbox.ts';
import { METRICS_TOKEN, readMetrics } from '../harness/metrics.ts';
import { JWT_SECRET, mint, type Person, startServerOn, type TestServer } from '../harness/server.ts';
import { connect } from '../harness/socket.ts';

// PROTOCOL 3.10: /metrics. On PostgreSQL, where there is a bus, too.

let database: Awaited<ReturnType<typeof createPostgres>>;
let server: TestServer;
let closed: TestServer;
let ada: Person;
let ben: Person;
let eve: Person;
let chat: string;
beforeAll(async () => {
  database = await createPostgres();
  const env = { ...database.env, JWT_SECRET };
  [server, closed] = [await startServerOn({ ...env, METRICS_TOKEN }), await startServerOn(env)];
  [ada, ben, eve] = [await server.person('ada'), await server.person('ben'), await server.person('eve')];
  chat = (await ada.open(ben)).id;
});
afterAll(async () => {
  await Promise.all([server.stop(), closed.stop()]);
  await database.drop();
});

/** What a series rose by meanwhile. */
async function rise(name: string, labels: string | undefined, work: () => Promise<unknown>): Promise<number> {
  const before = (await readMetrics(server.url)).of(name, labels) ?? 0;
  await work();
  return ((await readMetrics(server.url)).of(name, labels) ?? 0) - before;
}

test('without METRICS_TOKEN it is not there, whoever asks', async () => {
  expectProblem(await request(closed.url, 'GET', '/metrics'), 404, 'not_found');
  expectProblem(await request(closed.url, 'GET', '/metrics', { token: METRICS_TOKEN }), 404, 'not_found');
});

test('is for whoever has the token, and nobody else, wherever they come from', async () => {
  const missing = await request(server.url, 'GET', '/metrics');
  expectProblem(missing, 401, 'missing_token');
  expect(missing.headers.get('www-authenticate')).toBe('Bearer');
  for (const token of [`${METRICS_TOKEN}x`, METRICS_TOKEN.slice(1), ada.token])
    expectProblem(await request(server.url, 'GET', '/metrics', { token }), 401, 'invalid_token');
  expectProblem(await request(server.url, 'GET', `/metrics?token=${METRICS_TOKEN}`), 401, 'missing_token');
  await readMetrics(server.url);
});

test('counts requests by operation and status, and refusals by code', async () => {
  const path = `/api/chat/conversations/${chat}/messages/`;
  const history = (status: number) => `operation="listMessages",status="${status}"`;
  expect(await rise('duet_http_requests_total', history(200), () => ada.get(path))).toBe(1);
  expect(await rise('duet_http_requests_total', history(403), () => eve.get(path))).toBe(1);
  const durations = 'duet_http_request_duration_seconds_count';
  expect(await rise(durations, 'operation="listMessages",status="2xx"', () => ada.get(path))).toBe(1);
  const nowhere = () => request(server.url, 'GET', `/nowhere/${randomUUID()}`);
  expect(await rise('duet_http_requests_total', 'operation="none",status="404"', nowhere)).toBe(1);
  expect(await rise('duet_http_refusals_total', 'code="not_participant"', () => eve.get(path))).toBe(1);
  const expired = mint({ sub: ada.id, exp: 1 });
  const late = async () => request(server.url, 'GET', path, { token: await expired });
  expect(await rise('duet_auth_refusals_total', 'code="token_expired"', late)).toBe(1);
});

test('counts each call of a tRPC batch', async () => {
  const client = createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${server.url}/trpc`, headers: { authorization: `Bearer ${ada.token}` } })],
  });
  const batch = () =>
    Promise.allSettled([
      client.users.me.query({}),
      client.users.me.query({}),
      client.conversations.get.query({ conversation_id: randomUUID() }),
    ]);
  const calls = 'duet_trpc_calls_total';
  expect(await rise(calls, 'procedure="users.me",code="ok"', batch)).toBe(2);
  expect(await rise(calls, 'procedure="conversations.get",code="not_found"', batch)).toBe(1);
  expect(await rise('duet_trpc_call_duration_seconds_count', 'procedure="users.me"', batch)).toBe(2);
  expect(await rise('duet_http_requests_total', 'operation="trpc",status="207"', batch)).toBe(1);
});

test('counts sends by what became of them, and their batches', async () => {
  const id = randomUUID();
  const send = (content: string) => () =>
    ada.post(`/api/chat/conversations/${chat}/messages/`, { content, message_id: id });
  const sends = 'duet_messages_total';
  expect(await rise(sends, 'outcome="created"', send('once'))).toBe(1);
  expect(await rise(sends, 'outcome="repeated"', send('once'))).toBe(1);
  expect(await rise(sends, 'outcome="conflict"', send('another'))).toBe(1);
  expect(await rise('duet_batch_fallbacks_total', 'reason="stored_before"', send('once'))).toBe(1);
  expect(await rise('duet_batch_messages_sum', undefined, send('once'))).toBe(1);
  expect(await rise('duet_batch_commit_seconds_count', undefined, send('once'))).toBe(1);
});

test('counts sockets by kind, and closes of any number in a few series', async () => {
  const open = 'duet_sockets_open';
  const of = async () => (await readMetrics(server.url)).of(open, 'kind="conversation"');
  const before = (await of()) ?? 0;
  const socket = await ada.connect(chat);
  expect(await of()).toBe(before + 1);
  const closes = async (code: number) => {
    const mine = await ada.connect(chat);
    mine.ws.close(code);
    await mine.closed;
    await expect.poll(of, { timeout: PATIENCE_MS }).toBe(before + 1);
  };
  const closings = 'duet_sockets_closed_total';
  expect(await rise(closings, 'kind="conversation",code="1000"', () => closes(1000))).toBe(1);
  expect(await rise(closings, 'kind="conversation",code="other"', () => closes(4711))).toBe(1);
  const refused = async () => (await connect(`${server.url}/ws/chat/${chat}/`)).closed;
  const refusals = 'duet_socket_refusals_total';
  expect(await rise(refusals, 'kind="conversation",code="missing_token"', refused)).toBe(1);
  await socket.close();
});

test('counts frames by the types there are, and what was refused', async () => {
  const socket = await ada.connect(chat);
  const inbox = await inboxOf(ada);
  const say = (frame: unknown) => async () => {
    socket.send(frame);
    await socket.next();
  };
  const received = 'duet_socket_frames_received_total';
  expect(await rise(received, 'kind="conversation",type="chat_message"', say({ message: 'a' }))).toBe(1);
  expect(await rise(received, 'kind="conversation",type="unreadable"', say('{'))).toBe(1);
  const unknown = async () => {
    inbox.send({ type: `type-${randomUUID()}` });
    await nextOf(inbox, 'error');
  };
  expect(await rise(received, 'kind="inbox",type="unknown"', unknown)).toBe(1);
  const refused = 'duet_socket_frames_refused_total';
  expect(await rise(refused, 'kind="inbox",code="invalid_frame"', unknown)).toBe(1);
  // One serialisation for the room, another for the inboxes; one socket each.
  expect(await rise('duet_socket_frames_made_total', 'type="chat_message"', say({ message: 'b' }))).toBe(2);
  expect(await rise('duet_socket_frames_written_total', undefined, say({ message: 'c' }))).toBe(2);
  await socket.close();
  await inbox.close();
});

test('counts how clients catch up, and read markers', async () => {
  const inbox = await inboxOf(ben);
  const { cursor } = await sync(inbox);
  expect(await rise('duet_syncs_total', 'kind="fresh"', () => sync(inbox))).toBe(1);
  expect(await rise('duet_syncs_total', 'kind="changes"', () => sync(inbox, cursor))).toBe(1);
  const path = `/api/chat/conversations/${chat}/`;
  const page = () => ben.get(`${path}messages/?after=1&order=asc`);
  expect(await rise('duet_history_pages_total', 'bounds="after"', page)).toBe(1);
  const read = () => ben.post(`${path}read/`, { seq: 1 });
  expect(await rise('duet_read_markers_total', 'moved="true"', read)).toBe(1);
  expect(await rise('duet_read_markers_total', 'moved="false"', read)).toBe(1);
  await inbox.close();
});

test('looks at the database, the bus and the process when it is read', async () => {
  const { of } = await readMetrics(server.url);
  expect(of('duet_database_up')).toBe(1);
  expect(of('duet_database_ping_seconds')).toBeGreaterThan(0);
  expect(of('duet_send_queue_messages')).toBe(0);
  expect(of('duet_bus_connected', 'bus="postgres"')).toBe(1);
  expect(of('process_open_fds')).toBeGreaterThan(0);
  await expect
    .poll(async () => (await readMetrics(server.url)).of('duet_bus_nodes', 'bus="postgres"'), {
      timeout: PATIENCE_MS,
    })
    .toBe(1);
});

test('names nobody, no conversation and no address', async () => {
  await ada.send(chat, 'to be counted');
  const { text } = await readMetrics(server.url);
  for (const secret of [ada.id, ben.id, chat, '127.0.0.1', 'to be counted', ada.token, METRICS_TOKEN])
    expect(text).not.toContain(secret);
});
