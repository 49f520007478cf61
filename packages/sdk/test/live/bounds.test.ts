import { once } from 'node:events';
import { createServer } from 'node:net';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { ConnectionStatus, GetToken } from '../../src/index.ts';
import { client, MINUTE_MS, pass, reaches } from '../harness/fast-time.ts';
import { proper, type Script, socketServer } from '../harness/socket-server.ts';
import { eventually } from '../harness/until.ts';

// However a server, a token or a network behaves: every wait ends, and nothing is tried without end or without a pause.

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const chance = vi.spyOn(Math, 'random').mockReturnValue(0.5);
  return () => {
    vi.useRealTimers();
    chance.mockRestore();
  };
});

/** Counts what a client asks for. */
function counted(answer: () => string | null | Promise<string | null>): GetToken & { asked: number } {
  const getToken = Object.assign(
    () => {
      getToken.asked += 1;
      return answer();
    },
    { asked: 0 },
  );
  return getToken;
}

test('a token that comes later than the server waits for it gets in, and is asked for once', async () => {
  let bring = (_token: string) => {};
  const getToken = counted(() => new Promise<string>((resolve) => (bring = resolve)));
  let isPatient = false;
  const server = await socketServer({
    opened: (ws) => isPatient || ws.close(4401, 'missing_token'),
    heard: proper,
  });
  const duet = client(server.url, getToken);
  const { reason, retryInMs = 0 } = await reaches(duet, 'waiting');
  expect(reason).toBe('token_unavailable');
  isPatient = true;
  vi.advanceTimersByTime(retryInMs);
  await reaches(duet, 'authenticating');
  bring('a-token');
  await reaches(duet, 'live');
  expect(getToken.asked).toBe(1);
  expect(server.opened).toBe(2);
});

test('a getToken that never answers is given up on, and asked again after a pause', async () => {
  const getToken = counted(() => new Promise<never>(() => {}));
  const server = await socketServer({ heard: proper });
  const duet = client(server.url, getToken, 1000);
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    await reaches(duet, 'authenticating');
    expect([server.opened, getToken.asked]).toEqual([attempt, attempt]);
    vi.advanceTimersByTime(1000);
    const { reason, retryInMs = 0 } = await reaches(duet, 'waiting');
    expect(reason).toBe('timeout');
    expect(retryInMs).toBeGreaterThanOrEqual(500);
    vi.advanceTimersByTime(retryInMs);
  }
});

test('a getToken that throws is asked again with longer and longer pauses', async () => {
  const getToken = counted(() => Promise.reject(new Error('the keychain is locked')));
  const server = await socketServer({ heard: proper });
  const duet = client(server.url, getToken);
  expect(await reaches(duet, 'waiting')).toMatchObject({ reason: 'token_unavailable' });
  const waits = await pass(duet, 10 * MINUTE_MS);
  expect(waits).toBeGreaterThan(29); // no wait is longer than 20 s
  expect(waits).toBeLessThan(150);
  expect(Math.abs(getToken.asked - waits)).toBeLessThan(2);
});

test('a getToken that gives none ends it, until somebody who is signed in connects', async () => {
  let token: string | null = null;
  const getToken = counted(() => token);
  const server = await socketServer({ heard: proper });
  const duet = client(server.url, getToken);
  expect(await reaches(duet, 'closed')).toMatchObject({ reason: 'missing_token' });
  vi.advanceTimersByTime(10 * MINUTE_MS);
  await eventually(() => server.closed === 1);
  expect([server.opened, getToken.asked]).toEqual([1, 1]);
  token = 'a-token';
  duet.live.connect();
  expect(await reaches(duet, 'live')).toMatchObject({ reason: undefined });
});

test('a server that takes the connection and says nothing is left after 10 s', async () => {
  let connections = 0;
  const silent = createServer(() => (connections += 1)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const address = silent.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  const duet = client(`http://127.0.0.1:${address.port}`);
  await eventually(() => connections === 1);
  vi.advanceTimersByTime(9_999);
  expect(duet.live.connection.get().status).toBe('connecting');
  vi.advanceTimersByTime(1);
  expect(await reaches(duet, 'waiting')).toMatchObject({ reason: 'timeout' });
});

const stuck: [string, ConnectionStatus, number, Script][] = [
  ['takes the socket and says nothing', 'authenticating', 20_000, {}],
  [
    'says ready and never synced',
    'catching-up',
    30_000,
    { heard: (frame, say) => frame.type === 'auth' && proper(frame, say) },
  ],
  [
    'never answers a ping',
    'live',
    35_000,
    { heard: (frame, say) => frame.type !== 'ping' && proper(frame, say) },
  ],
];
test.for(stuck)('a server that %s is left in time', async ([, status, ms, script]) => {
  const server = await socketServer(script);
  const duet = client(server.url);
  await reaches(duet, status);
  vi.advanceTimersByTime(ms - 1);
  expect(duet.live.connection.get().status).toBe(status);
  vi.advanceTimersByTime(1);
  expect(await reaches(duet, 'waiting')).toMatchObject({ reason: 'timeout' });
  expect(duet.live.conversations.get().isSynced).toBe(false);
  await eventually(() => server.closed === 1);
});

test.for(['invalid_token', 'token_expired'])(
  'a server that takes no token, with %s, is asked five times',
  async (reason) => {
    const getToken = counted(() => 'a-token');
    const server = await socketServer({ heard: (_frame, _say, ws) => ws.close(4401, reason) });
    const duet = client(server.url, getToken);
    await pass(duet, 10 * MINUTE_MS);
    expect(duet.live.connection.get()).toMatchObject({ status: 'closed', reason });
    expect([server.opened, getToken.asked]).toEqual([5, 5]);
  },
);

test('one token that is over is followed by another without a pause', async () => {
  const getToken = counted(() => (getToken.asked === 1 ? 'old' : 'new'));
  const server = await socketServer({
    heard: (frame, say, ws) => {
      if (frame.type === 'auth' && frame.token === 'old') ws.close(4401, 'token_expired');
      else proper(frame, say);
    },
  });
  await reaches(client(server.url, getToken), 'live');
  expect([server.opened, getToken.asked]).toEqual([2, 2]);
});

test('getToken is told whether the time of the last token was over, or it was not taken', async () => {
  for (const [code, reason] of [
    ['token_expired', 'expired'],
    ['invalid_token', 'rejected'],
  ] as const) {
    const reasons: string[] = [];
    const server = await socketServer({
      heard: (frame, say, ws) => {
        if (frame.type === 'auth' && frame.token === 'token 1') ws.close(4401, code);
        else proper(frame, say);
      },
    });
    const duet = client(server.url, ({ reason }) => `token ${reasons.push(reason)}`);
    await reaches(duet, 'live');
    expect(reasons).toEqual(['missing', reason]);
    duet.live.close();
  }
});

test('a server that is going away for ever is asked now and then', async () => {
  const server = await socketServer({ opened: (ws) => ws.close(1012, 'server_restarting') });
  const duet = client(server.url);
  expect(await reaches(duet, 'waiting')).toMatchObject({ reason: 'server_restarting' });
  await pass(duet, 10 * MINUTE_MS);
  expect(server.opened).toBeGreaterThan(29);
  expect(server.opened).toBeLessThan(150);
});

test('a server that does not speak the protocol ends it', async () => {
  const server = await socketServer({ opened: (ws) => ws.close(4406, 'unsupported_protocol') });
  const duet = client(server.url);
  expect(await reaches(duet, 'closed')).toMatchObject({ reason: 'unsupported_protocol' });
  vi.advanceTimersByTime(10 * MINUTE_MS);
  expect(server.opened).toBe(1);
});

test('close() ends it, and connect() begins again', async () => {
  const server = await socketServer({ heard: proper });
  const duet = client(server.url);
  await reaches(duet, 'live');
  duet.live.close();
  expect(duet.live.connection.get()).toMatchObject({ status: 'closed', reason: undefined });
  vi.advanceTimersByTime(10 * MINUTE_MS);
  await eventually(() => server.closed === 1);
  expect(server.opened).toBe(1);
  duet.live.connect();
  await reaches(duet, 'live');
  duet.live.connect();
  expect(server.opened).toBe(2);
});

test('close() while it waits ends the wait', async () => {
  const server = await socketServer({ opened: (ws) => ws.close(1012, 'server_restarting') });
  const duet = client(server.url);
  await reaches(duet, 'waiting');
  duet.live.close();
  vi.advanceTimersByTime(10 * MINUTE_MS);
  expect(duet.live.connection.get().status).toBe('closed');
  expect(server.opened).toBe(1);
});
