import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { createRest } from '../src/index.ts';
import { person } from './harness/people.ts';
import { refusal } from './harness/refusal.ts';
import { answer, drop, type Heard, refuse, type Step, scripted } from './harness/scripted-server.ts';
import { eventually } from './harness/until.ts';

const getToken = () => 'a-token';
const me = { id: 'ada', username: 'ada' };
const session = { user: me, access: 'a', refresh: 'r', expires_in: 1 };

/** Until the test is over it is a whole second, and no timer fires but those that it lets. */
function stopClock(): void {
  const now = Math.floor(Date.now() / 1000) * 1000;
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now });
  onTestFinished(() => void vi.useRealTimers());
}

/** Passes a request on to the real server; what to do with the answer is up to the test. */
async function forward({
  method,
  path,
  authorization,
  body,
}: Heard): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
  const answered = once(httpRequest(inject('serverUrl') + path, { method, headers }).end(body), 'response');
  const [response] = await answered;
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode, text };
}

test('a send whose answer got lost after the commit is sent again with the same message_id: one message', async () => {
  const loseAnswer: Step = async (response, request) => {
    await forward(request);
    response.destroy();
  };
  const passOn: Step = async (response, request) => {
    const { status, text } = await forward(request);
    response.writeHead(status).end(text);
  };
  const { url, heard } = await scripted(loseAnswer, passOn);
  const ben = await person();
  const ada = await person({ url });

  const opened = await ben.conversations.open({ target_user_id: ada.id });
  const conversation_id = opened.id;
  const sent = await ada.messages.send({ conversation_id, content: 'once' });
  const ids = heard.map(({ body }) => JSON.parse(body).message_id);
  expect(ids).toEqual([sent.message_id, sent.message_id]);
  expect(sent.message_id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(parseInt(sent.message_id.replaceAll('-', '').slice(0, 12), 16) / Date.now()).toBeCloseTo(1, 5);
  expect((await ben.messages.list({ conversation_id })).results).toEqual([sent]);
});

test('what may be repeated is, after 503, 429, a cut connection and a proxy’s page', async () => {
  for (const first of [
    refuse(503, 'unavailable', { 'retry-after': '0' }),
    refuse(429, 'of-a-later-version', { 'retry-after': '0' }),
    answer(502, '<html>Bad gateway</html>', { 'retry-after': '0' }),
    drop,
  ]) {
    const { url, heard } = await scripted(first, answer(200, me));
    expect(await createRest({ url, getToken }).users.me()).toEqual(me);
    expect(heard.length).toBe(2);
  }
});

test('what may not be repeated is not', async () => {
  const { url, heard } = await scripted(
    refuse(503, 'unavailable', { 'retry-after': '0' }),
    answer(200, session),
  );
  const rest = createRest({ url, getToken });
  expect(await refusal(rest.auth.refresh({ refresh: 'r' }))).toMatchObject({
    code: 'unavailable',
    status: 503,
    requestId: 'r-1',
    retryAfterMs: 0,
    recovery: 'retry',
  });
  expect(heard.length).toBe(1);
});

test('what will fail again is not repeated', async () => {
  const { url, heard } = await scripted(refuse(403, 'not_participant'));
  const call = createRest({ url, getToken }).conversations.get({ conversation_id: 'x' });
  expect((await refusal(call)).code).toBe('not_participant');
  expect(heard.length).toBe(1);
});

test('a server that says when to come back is not asked sooner', async () => {
  stopClock();
  const { url, heard } = await scripted(refuse(503, 'unavailable', { 'retry-after': '1' }), answer(200, me));
  const timers = vi.getTimerCount();
  const call = createRest({ url, getToken }).users.me();
  await eventually(() => heard.length === 1 && vi.getTimerCount() === timers + 2); // its own time, and the wait
  vi.advanceTimersByTime(999);
  // While others get twenty answers it asks for nothing.
  for (let n = 0; n < 20; n += 1) await fetch(`${url}/else`);
  expect(heard.filter(({ path }) => path !== '/else')).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(await call).toEqual(me);
});

test('Retry-After may be a date', async () => {
  stopClock();
  const inAMinute = new Date(Date.now() + 60_000).toUTCString();
  const { url, heard } = await scripted(refuse(503, 'unavailable', { 'retry-after': inAMinute }));
  const error = await refusal(createRest({ url, getToken, timeoutMs: 5000 }).users.me());
  expect(error.retryAfterMs).toBe(60_000);
  expect(heard.length).toBe(1); // a wait beyond the call's time is not begun
});

test('the number of tries is bounded', async () => {
  const { url, heard } = await scripted(refuse(503, 'unavailable', { 'retry-after': '0' }));
  expect((await refusal(createRest({ url, getToken, maxRetries: 2 }).users.me())).code).toBe('unavailable');
  expect(heard.length).toBe(3);
});

test('what is not an answer of a Duet server is an invalid_answer', async () => {
  for (const garbage of ['', '<html>', 'null', '"text"', '{"id":']) {
    const { url, heard } = await scripted(answer(200, garbage));
    expect(await refusal(createRest({ url, getToken }).users.me()), garbage).toMatchObject({
      code: 'invalid_answer',
      status: 200,
      recovery: 'final',
    });
    expect(heard.length).toBe(1);
  }
  const { url } = await scripted(answer(404, '<html>'));
  expect(await refusal(createRest({ url, getToken }).users.me())).toMatchObject({
    code: 'invalid_answer',
    status: 404,
  });
});

test('no server at all is a network error', async () => {
  const rest = createRest({ url: 'http://127.0.0.1:9', getToken, maxRetries: 1 });
  const error = await refusal(rest.users.me());
  expect(error).toMatchObject({ code: 'network', recovery: 'retry' });
  expect(error.cause).toBeInstanceOf(TypeError);
});

test('a url may have a path prefix, and the next page is looked for there whatever host it names', async () => {
  const page = { results: [], previous: null };
  const next = 'https://elsewhere.example/api/chat/conversations/c/messages/?limit=2&after=2&order=asc';
  const { url, heard } = await scripted(answer(200, { ...page, next }), answer(200, { ...page, next: null }));
  const rest = createRest({ url: `${url}/chat/`, getToken });
  for await (const _ of rest.messages.each({ conversation_id: 'c', limit: 2, after: undefined })) break;
  expect(heard.map(({ path }) => path)).toEqual([
    '/chat/api/chat/conversations/c/messages/?limit=2',
    '/chat/api/chat/conversations/c/messages/?limit=2&after=2&order=asc',
  ]);
});
