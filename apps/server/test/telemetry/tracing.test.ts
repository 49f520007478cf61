import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { request } from '../harness/http.ts';
import { inboxOf, nextOf } from '../harness/inbox.ts';
import { type ReceivedSpan, type Receiver, startReceiver } from '../harness/otlp.ts';
import { type Person, startServer, type TestServer } from '../harness/server.ts';

// Spans over OTLP, as a collector receives them. They are let go when the server stops, so all is done before the tests look.

const SERVER = 2;
const PARENT = { traceId: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', spanId: 'bbbbbbbbbbbbbbbb' };
let receiver: Receiver;
let server: TestServer;
let ada: Person;
let ben: Person;
const ids = { sent: '', asked: '', refused: '', untraced: '' };

beforeAll(async () => {
  receiver = await startReceiver();
  server = await startServer({
    OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/`,
    OTEL_SERVICE_NAME: 'duet-test',
  });
  ada = await server.person('ada');
  ben = await server.person('ben');
  const chat = await ada.open(ben);
  const path = `/api/chat/conversations/${chat.id}/messages/`;
  const answer = await ada.post(path, { content: 'over REST' });
  ids.sent = answer.headers.get('x-request-id') ?? '';
  const headers = { traceparent: `00-${PARENT.traceId}-${PARENT.spanId}-01` };
  const asked = await request(server.url, 'GET', '/api/chat/users/me/', { token: ada.token, headers });
  ids.asked = asked.headers.get('x-request-id') ?? '';
  ids.refused = (await ada.get(`/api/chat/conversations/${randomUUID()}/`)).headers.get('x-request-id') ?? '';
  // One who says that theirs is not traced is taken at their word.
  const untraced = { traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-00` };
  const unseen = await request(server.url, 'GET', '/api/chat/users/me/', {
    token: ada.token,
    headers: untraced,
  });
  ids.untraced = unseen.headers.get('x-request-id') ?? '';
  const socket = await ada.connect(chat.id);
  socket.send({ message: 'over the socket' });
  await socket.next();
  socket.send('{');
  await socket.next();
  await socket.close();
  const inbox = await inboxOf(ben);
  inbox.send({
    type: 'chat_message',
    conversation_id: chat.id,
    message: 'over the inbox',
    message_id: randomUUID(),
  });
  await nextOf(inbox, 'chat_message');
  await inbox.close();
  await server.stop();
});
afterAll(() => receiver.stop());

function spanOf(requestId: string): ReceivedSpan | undefined {
  return receiver.spans.find(({ attributes }) => attributes['duet.request_id'] === requestId);
}

test('every request is a span, named after its operation, with its route and not its path', () => {
  expect([...receiver.paths]).toEqual(['/v1/traces']);
  expect(spanOf(ids.sent)).toMatchObject({
    name: 'sendMessage',
    kind: SERVER,
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/api/chat/conversations/:conversation_id/messages/',
      'http.response.status_code': 201,
    },
    resource: { 'service.name': 'duet-test' },
  });
  expect(spanOf(ids.refused)?.attributes).toMatchObject({
    'error.type': 'not_found',
    'http.response.status_code': 404,
  });
});

test('a `traceparent` is honoured', () => {
  expect(spanOf(ids.asked)).toMatchObject({ traceId: PARENT.traceId, parentSpanId: PARENT.spanId });
  expect(ids.untraced).not.toBe('');
  expect(spanOf(ids.untraced)).toBeUndefined();
});

test('every frame is a span; a refused one says why', () => {
  const frames = receiver.spans.filter(({ name }) => name.startsWith('socket.'));
  expect(
    frames.map(({ name, attributes }) => [name, attributes['duet.socket.kind'], attributes['error.type']]),
  ).toEqual([
    ['socket.chat_message', 'conversation', undefined],
    ['socket.unreadable', 'conversation', 'invalid_frame'],
    ['socket.auth', 'inbox', undefined],
    ['socket.chat_message', 'inbox', undefined],
  ]);
});

test('every batch is a span that leads to the sends it carried', () => {
  const batches = receiver.spans.filter(({ name }) => name === 'messages.commit');
  const sends = receiver.spans.filter(({ name }) => name === 'sendMessage' || name === 'socket.chat_message');
  expect(batches.map(({ attributes }) => attributes['duet.batch.messages'])).toEqual([1, 1, 1]);
  const linked = batches.flatMap(({ links }) => links.map(({ spanId }) => spanId));
  expect(linked.toSorted()).toEqual(sends.map(({ spanId }) => spanId).toSorted());
});

test('a receiver that does not answer, or does not take what it gets, holds up neither a request nor the end', async () => {
  for (const [given, says] of [
    [{}, 'spans are lost: their receiver did not take the last ones in time'],
    [{ status: 400 }, 'spans are lost: their receiver does not take them'],
  ] as const) {
    const { url, stop } = await startReceiver(given);
    const held = await startServer({ OTEL_EXPORTER_OTLP_ENDPOINT: url });
    await held.person('ada');
    await held.stop();
    // The exporter itself gives up later, and says that it is not taken.
    const lines = held.log.filter((line) => line.includes('spans are lost'));
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual([says]);
    await stop();
  }
});
