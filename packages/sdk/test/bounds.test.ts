import { expect, test } from 'vitest';
import { createRest, type Fetch } from '../src/index.ts';
import { refusal } from './harness/refusal.ts';
import { answer, drop, hang, type Step, scripted } from './harness/scripted-server.ts';

// Every call ends: by its time, or by its signal. What hangs here for longer than a test may take has failed.

const getToken = () => 'a-token';
const me = { id: 'ada', username: 'ada' };

test('the time of all tries together is bounded', async () => {
  const { url } = await scripted(drop);
  const call = createRest({ url, getToken, maxRetries: 1000 }).users.me({}, { timeoutMs: 300 });
  expect(['network', 'timeout']).toContain((await refusal(call)).code);
});

test('an answer that does not come, or does not end, is a timeout', async () => {
  const halfAnswer: Step = (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"id": ');
  };
  for (const step of [hang, halfAnswer]) {
    const { url } = await scripted(step);
    const error = await refusal(createRest({ url, getToken, timeoutMs: 100 }).users.me());
    expect(error).toMatchObject({ code: 'timeout', recovery: 'retry', status: undefined });
  }
});

test('a fetch that does not know signals is bounded too', async () => {
  const never = () => new Promise<never>(() => {});
  const headers = new Headers();
  const mute: Fetch = async () => ({ ok: true, status: 200, headers, text: never });
  for (const fetch of [never, mute]) {
    const rest = createRest({ url: 'http://duet.invalid', getToken, fetch, timeoutMs: 50 });
    expect((await refusal(rest.users.me())).code).toBe('timeout');
  }
});

test('an abort ends the call at once, and its request', async () => {
  const controller = new AbortController();
  let hungUp = () => {};
  const cut = new Promise<void>((resolve) => (hungUp = resolve));
  const { url, heard } = await scripted((response) => {
    response.once('close', hungUp);
    controller.abort(new Error('enough'));
  });
  const error = await refusal(createRest({ url, getToken }).users.me({}, { signal: controller.signal }));
  expect(error).toMatchObject({ code: 'aborted', recovery: 'final', cause: new Error('enough') });
  await cut;
  expect(heard.length).toBe(1);
});

test('an abort ends the wait before another try at once', async () => {
  const controller = new AbortController();
  const headers = new Headers({ 'retry-after': '20' });
  let tries = 0;
  const busy: Fetch = async () => ({
    ok: false,
    status: 503,
    headers,
    text: async () => {
      tries++;
      setTimeout(() => controller.abort()); // by then the wait has begun
      return '';
    },
  });
  const rest = createRest({ url: 'http://duet.invalid', getToken, fetch: busy });
  expect((await refusal(rest.users.me({}, { signal: controller.signal }))).code).toBe('aborted');
  expect(tries).toBe(1);
});

test('a signal that is aborted already lets nothing begin', async () => {
  const { url, heard } = await scripted(answer(200, me));
  const call = createRest({ url, getToken }).users.me({}, { signal: AbortSignal.abort() });
  expect((await refusal(call)).code).toBe('aborted');
  expect(heard).toEqual([]);
});

test('the time of a call holds for its token too', async () => {
  const { url, heard } = await scripted(hang);
  const never = () => new Promise<never>(() => {});
  const rest = createRest({ url, getToken: never, timeoutMs: 60_000 });
  expect((await refusal(rest.users.me({}, { timeoutMs: 50 }))).code).toBe('timeout');
  expect(heard).toEqual([]);
});
