import { PATIENCE_MS } from '@duet/testing/wait';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { createDuet, createRest, DuetError, type GetToken, type TokenReason } from '../src/index.ts';
import { mint, person } from './harness/people.ts';
import { refusal } from './harness/refusal.ts';
import { answer, refuse, scripted } from './harness/scripted-server.ts';

const me = { id: 'ada', username: 'ada' };

/** Gives one token after another, and keeps why each was asked for. */
function tokens(...given: (string | null)[]): { getToken: GetToken; reasons: TokenReason[] } {
  const reasons: TokenReason[] = [];
  const getToken: GetToken = ({ reason }) => {
    reasons.push(reason);
    return given[Math.min(reasons.length, given.length) - 1] ?? null;
  };
  return { getToken, reasons };
}

test('a token is asked for when one is needed, once for all calls', async () => {
  const { url, heard } = await scripted(answer(200, me));
  const { getToken, reasons } = tokens('one');
  const rest = createRest({ url, getToken });
  expect(reasons).toEqual([]);
  await Promise.all([rest.users.me(), rest.users.me(), rest.conversations.list()]);
  await rest.users.me();
  expect(reasons).toEqual(['missing']);
  expect(new Set(heard.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer one']));
});

test('a token whose time is over is renewed and the call made again, once for all calls', async () => {
  const id = (await person()).id;
  const { getToken, reasons } = tokens(await mint(id, -10), await mint(id));
  const rest = createRest({ url: inject('serverUrl'), getToken });
  const people = await Promise.all([rest.users.me(), rest.users.me(), rest.users.me()]);
  expect(people.map((user) => user.id)).toEqual([id, id, id]);
  expect(reasons).toEqual(['missing', 'expired']);
});

test('a token that the server does not take is renewed, and a second one that it does not take ends the call', async () => {
  const { getToken, reasons } = tokens('garbled', 'garbled again');
  const error = await refusal(createRest({ url: inject('serverUrl'), getToken }).users.me());
  expect(error).toMatchObject({ code: 'invalid_token', status: 401, recovery: 'reauthenticate' });
  expect(reasons).toEqual(['missing', 'rejected']);
});

test('a call that comes late with a token that was renewed meanwhile takes the new one', async () => {
  let renewed = () => {};
  const renewal = new Promise<void>((resolve) => (renewed = resolve));
  const { url, heard } = await scripted(
    refuse(401, 'token_expired'),
    async (response, request) => {
      await renewal;
      return refuse(401, 'token_expired')(response, request);
    },
    (response, request) => {
      renewed();
      return answer(200, me)(response, request);
    },
  );
  const { getToken, reasons } = tokens('old', 'new');
  const rest = createRest({ url, getToken });
  await Promise.all([rest.users.me(), rest.users.me()]);
  expect(heard.map(({ authorization }) => authorization).sort()).toEqual([
    'Bearer new',
    'Bearer new',
    'Bearer old',
    'Bearer old',
  ]);
  expect(reasons).toEqual(['missing', 'expired']);
});

test('operations on accounts need no token and send none', async () => {
  const session = { user: me, access: 'a', refresh: 'r', expires_in: 1 };
  const { url, heard } = await scripted(answer(200, session));
  const { getToken, reasons } = tokens('one');
  await createRest({ url, getToken }).auth.signIn({ username: 'ada', password: 'x' });
  expect(reasons).toEqual([]);
  expect(heard[0]?.authorization).toBe(undefined);
});

test('nobody signed in is a missing_token without a request, and is asked again at the next call', async () => {
  const { url, heard } = await scripted(answer(200, me));
  const { getToken, reasons } = tokens(null, 'one');
  const rest = createRest({ url, getToken });
  expect(await refusal(rest.users.me())).toMatchObject({ code: 'missing_token', recovery: 'reauthenticate' });
  expect(heard).toEqual([]);
  expect(await rest.users.me()).toEqual(me);
  expect(reasons).toEqual(['missing', 'missing']);
});

test('a getToken that throws is a token_unavailable with its cause', async () => {
  const cause = new Error('the keychain is locked');
  for (const getToken of [
    () => Promise.reject(cause),
    () => {
      throw cause;
    },
  ]) {
    const rest = createRest({ url: inject('serverUrl'), getToken });
    expect(await refusal(rest.users.me())).toMatchObject({
      code: 'token_unavailable',
      recovery: 'retry',
      cause,
    });
  }
});

test('a session that is over is what it is: to REST, and to the connection, which does not try again', async () => {
  const over = new DuetError('invalid_refresh_token', 'used up');
  const duet = createDuet({ url: inject('serverUrl'), getToken: () => Promise.reject(over) });
  onTestFinished(() => duet.live.close());
  expect(await refusal(duet.users.me())).toBe(over);
  duet.live.connect();
  await expect
    .poll(() => duet.live.connection.get(), { timeout: PATIENCE_MS })
    .toMatchObject({ status: 'closed', reason: 'invalid_refresh_token', error: over });
});

test('what getToken threw is there to be seen while the connection waits', async () => {
  const bug = new TypeError('session is undefined');
  const duet = createDuet({ url: inject('serverUrl'), getToken: () => Promise.reject(bug) });
  onTestFinished(() => duet.live.close());
  duet.live.connect();
  await expect
    .poll(() => duet.live.connection.get(), { timeout: PATIENCE_MS })
    .toMatchObject({ status: 'waiting', reason: 'token_unavailable', error: { cause: bug } });
});

test('a getToken that never answers is bounded by the time of the call and by its signal, and is asked again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { url } = await scripted(answer(200, me));
  let asked = 0;
  const getToken = () => (++asked === 1 ? new Promise<never>(() => {}) : 'one');
  const rest = createRest({ url, getToken, timeoutMs: 200 });
  const controller = new AbortController();
  const aborted = refusal(rest.users.me({}, { signal: controller.signal }));
  const timedOut = refusal(rest.users.me());
  controller.abort();
  expect((await aborted).code).toBe('aborted');
  vi.advanceTimersByTime(200);
  expect((await timedOut).code).toBe('timeout');
  expect(asked).toBe(1);
  expect(await rest.users.me()).toEqual(me);
});
