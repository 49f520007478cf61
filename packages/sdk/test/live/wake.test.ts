import { beforeEach, expect, test, vi } from 'vitest';
import { browser } from '../harness/browser.ts';
import { client, MINUTE_MS, pass, reaches } from '../harness/fast-time.ts';
import { proper, socketServer } from '../harness/socket-server.ts';
import { eventually } from '../harness/until.ts';

// The network came or went, or somebody looks at the page again: what there is to do then is done at once.

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  return () => vi.useRealTimers();
});

test.for(['online', 'offline', 'pageshow', 'visibilitychange'])(
  '%s ends a wait, and asks a connection whether it lives',
  async (type) => {
    const { window, document } = browser();
    const wake = () => (type === 'visibilitychange' ? document : window).dispatchEvent(new Event(type));
    let isAway = true;
    const server = await socketServer({
      opened: (ws) => isAway && ws.close(1012, 'server_restarting'),
      heard: (frame, say) => !isAway && proper(frame, say),
    });
    const duet = client(server.url);
    await reaches(duet, 'waiting');
    isAway = false;
    wake();
    await reaches(duet, 'live');
    const pings = () => server.frames.filter((frame) => frame.type === 'ping').length;
    expect(pings()).toBe(0);
    wake();
    await eventually(() => pings() === 1);
    duet.live.close();
    wake();
    expect(duet.live.connection.get().status).toBe('closed');
  },
);

test('a connection that does not answer whoever woke is left after 4 s', async () => {
  const { window } = browser();
  const server = await socketServer({
    heard: (frame, say) => frame.type !== 'ping' && proper(frame, say),
  });
  const duet = client(server.url);
  await reaches(duet, 'live');
  window.dispatchEvent(new Event('online'));
  vi.advanceTimersByTime(4000);
  expect(await reaches(duet, 'waiting')).toMatchObject({ reason: 'timeout' });
});

test('an attempt that gets nowhere is left 4 s after somebody woke', async () => {
  const { window } = browser();
  const server = await socketServer({});
  const duet = client(server.url);
  await reaches(duet, 'authenticating');
  window.dispatchEvent(new Event('online'));
  vi.advanceTimersByTime(4000);
  expect(await reaches(duet, 'waiting')).toMatchObject({ reason: 'timeout' });
});

test('a page that is hidden wakes nobody', async () => {
  const { document } = browser();
  const server = await socketServer({ opened: (ws) => ws.close(1012, 'server_restarting') });
  const duet = client(server.url);
  await reaches(duet, 'waiting');
  document.visibilityState = 'hidden';
  document.dispatchEvent(new Event('visibilitychange'));
  expect(duet.live.connection.get().status).toBe('waiting');
});

test('whoever is awake does not wait long for what failed while asleep', async () => {
  const { window } = browser();
  const server = await socketServer({ opened: (ws) => ws.close(1012, 'server_restarting') });
  const duet = client(server.url);
  await reaches(duet, 'waiting');
  await pass(duet, 5 * MINUTE_MS);
  await reaches(duet, 'waiting');
  window.dispatchEvent(new Event('online'));
  await reaches(duet, 'connecting');
  expect((await reaches(duet, 'waiting')).retryInMs).toBeLessThanOrEqual(2000);
});

test('close() leaves no listener behind, however often it connected', async () => {
  const { window, document } = browser();
  const duet = client((await socketServer({ heard: proper })).url);
  for (let times = 0; times < 3; times += 1) duet.live.connect();
  await reaches(duet, 'live');
  expect([window.listening, document.listening]).toEqual([3, 1]);
  duet.live.close();
  expect([window.listening, document.listening]).toEqual([0, 0]);
});
