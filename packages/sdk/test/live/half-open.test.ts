import { beforeEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import type { ConversationState } from '../../src/index.ts';
import { device, live, losing, person } from '../harness/devices.ts';
import { client, reaches } from '../harness/fast-time.ts';
import { DIRECTIONS, FaultProxy } from '../harness/fault-proxy.ts';
import { proper, type Say, type Script, socketServer } from '../harness/socket-server.ts';
import { eventually, until } from '../harness/until.ts';

// A connection that is dead in one direction or in both, and nobody says so: whoever waits for an answer finds out.

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const chance = vi.spyOn(Math, 'random').mockReturnValue(1); // the longest waits
  return () => {
    vi.useRealTimers();
    chance.mockRestore();
  };
});

type Sent = Extract<Parameters<NonNullable<Script['heard']>>[0], { type: 'chat_message' }>;

/** Says that a message is stored. */
function store(frame: Sent, say: Say, seq: number): void {
  const { message, message_id, conversation_id } = frame;
  const state: ConversationState = { last_seq: seq, read_seqs: [0, 0], unread_counts: [0, seq] };
  const sender = {
    sender_id: 'ada',
    sender_username: 'ada',
    sender_display_name: 'ada',
    timestamp: '2026-11-22T10:15:30.123Z',
  };
  say({ type: 'chat_message', message, ...sender, message_id, conversation_id, seq, state });
}

test.for(DIRECTIONS.map((directions) => [directions.join(' and '), directions] as const))(
  'dead %s: a message is delivered within 12 s',
  async ([, directions]) => {
    const [ada, ben] = [await person(), await person()];
    const { id } = await ada.conversations.open({ target_user_id: ben.id });
    const proxy = await FaultProxy.listen(Number(new URL(inject('serverUrl')).port));
    onTestFinished(() => proxy.close());
    const duet = device(ada.id, { url: proxy.url });
    duet.live.connect();
    await live(duet);
    const thread = duet.live.conversation(id);
    onTestFinished(thread.subscribe(() => {}));
    await until(thread, ({ isSynced }) => isSynced);

    proxy.stall(directions);
    thread.send('Hello');
    vi.advanceTimersByTime(8999);
    expect(duet.live.connection.get().status).toBe('live');
    vi.advanceTimersByTime(1);
    const { reason, retryInMs = 0 } = await reaches(duet, 'waiting');
    expect(reason).toBe('timeout');
    expect(9000 + retryInMs).toBeLessThan(12_000);
    vi.advanceTimersByTime(retryInMs);
    await until(thread, ({ messages, outgoing }) => messages.length === 1 && outgoing.length === 0);
    expect((await ada.messages.list({ conversation_id: id })).results).toHaveLength(1);
  },
);

test.for([
  ['writes', 9000],
  ['is silent', 35_000],
] as const)('a server that talks and does not listen is left by whoever %s', async ([what, ms]) => {
  let isDeaf = false;
  let talk = () => {};
  let heard = 0;
  const server = await socketServer({
    heard: (frame, say) => {
      if (isDeaf) return;
      proper(frame, say);
      talk = () => say({ type: 'presence', user_id: 'ben', online: true, last_seen: null });
    },
  });
  const duet = device('ada', {
    url: server.url,
    getToken: () => 'a-token',
    WebSocket: losing((frame) => {
      if (frame.includes('presence')) heard += 1;
      return false;
    }),
  });
  duet.live.connect();
  await live(duet);
  isDeaf = true;
  if (what === 'writes') duet.live.conversation('c1').send('Hello');
  for (let passed = 0; passed < ms; passed += 1000) {
    expect(duet.live.connection.get().status).toBe('live');
    talk();
    await eventually(() => heard === passed / 1000 + 1);
    vi.advanceTimersByTime(1000);
  }
  expect(await reaches(duet, 'waiting')).toMatchObject({ reason: 'timeout' });
});

test('a message without an answer is found among others that get one, and sent again on the same connection', async () => {
  const asked: string[] = [];
  let seq = 0;
  const server = await socketServer({
    heard: (frame, say) => {
      if (frame.type !== 'chat_message') return proper(frame, say);
      asked.push(frame.message);
      if (asked.length > 1) store(frame, say, ++seq);
    },
  });
  const duet = client(server.url);
  await reaches(duet, 'live');
  const thread = duet.live.conversation('c1');
  const pings = () => server.frames.filter(({ type }) => type === 'ping').length;
  const unstored = () => thread.get().outgoing.length;
  thread.send('first');
  for (let second = 1; second <= 10; second += 1) {
    thread.send(`${second}`);
    await eventually(() => asked.length === second + 1 && unstored() === 1);
    vi.advanceTimersByTime(1000);
    await eventually(() => pings() === Math.floor(second / 5));
  }
  await eventually(() => asked.length === 12);
  expect(asked.at(-1)).toBe('first');
  await eventually(() => unstored() === 0);
  vi.advanceTimersByTime(20_000);
  expect([pings(), server.opened]).toEqual([2, 1]);
});

test('a connection that is only slow is kept as long as messages get their answers', async () => {
  let sayStored = () => {};
  let stored = 0;
  const waiting: Sent[] = [];
  const server = await socketServer({
    heard: (frame, say) => {
      if (frame.type === 'chat_message') waiting.push(frame);
      else if (frame.type !== 'ping') proper(frame, say);
      sayStored = () => {
        const next = waiting.shift();
        if (next) store(next, say, ++stored);
      };
    },
  });
  const duet = client(server.url);
  await reaches(duet, 'live');
  const thread = duet.live.conversation('c1');
  for (let n = 0; n < 10; n += 1) thread.send(`${n}`);
  await eventually(() => waiting.length === 10);
  for (let left = 9; left >= 0; left -= 1) {
    vi.advanceTimersByTime(3900);
    expect(duet.live.connection.get().status).toBe('live');
    sayStored();
    await eventually(() => thread.get().outgoing.length === left);
  }
  expect(server.opened).toBe(1);
});

test('what is slow to be stored does not look like a dead connection: to ask is no work for a database', async () => {
  const server = await socketServer({
    heard: (frame, say) => frame.type !== 'chat_message' && proper(frame, say),
  });
  const duet = client(server.url);
  await reaches(duet, 'live');
  duet.live.conversation('c1').send('Hello');
  vi.advanceTimersByTime(5000);
  await eventually(() => server.frames.some(({ type }) => type === 'ping'));
  expect(server.frames.at(-1)).toEqual({ type: 'ping' });
});

test('connect() asks a live connection at once whether it is there, once, and leaves one that does not answer', async () => {
  let isDead = false;
  const server = await socketServer({ heard: (frame, say) => !isDead && proper(frame, say) });
  const duet = client(server.url);
  await reaches(duet, 'live');
  const pings = () => server.frames.filter(({ type }) => type === 'ping');
  duet.live.connect();
  await eventually(() => pings().length === 1);
  expect(pings()).toEqual([{ type: 'ping', cursor: 'c' }]);
  isDead = true;
  // The answer to the first is here when the next one goes out.
  await eventually(() => {
    duet.live.connect();
    return pings().length === 2;
  });
  for (let second = 0; second < 4; second += 1) {
    expect(duet.live.connection.get().status).toBe('live');
    duet.live.connect(); // who is impatient does not prolong it
    vi.advanceTimersByTime(1000);
  }
  expect(await reaches(duet, 'waiting')).toMatchObject({ reason: 'timeout' });
  expect(pings()).toHaveLength(2);
  isDead = false;
  duet.live.connect();
  await reaches(duet, 'live');
  expect(server.opened).toBe(2);
});

test('who writes while the connection waits for long does not wait as long', async () => {
  const server = await socketServer({ opened: (ws) => ws.close(1012, 'server_restarting') });
  const duet = client(server.url);
  const waits = async () => {
    const { retryInMs = 0 } = await reaches(duet, 'waiting');
    return retryInMs;
  };
  while ((await waits()) < 20_000) {
    vi.advanceTimersByTime(await waits());
    await reaches(duet, 'connecting');
  }
  const { message_id } = duet.live.conversation('c1').send('Hello');
  for (let n = 0; n < 3; n += 1) {
    expect(await waits()).toBe(8000);
    vi.advanceTimersByTime(8000);
    await reaches(duet, 'connecting');
  }
  duet.live.conversation('c1').discard(message_id);
  expect(await waits()).toBe(20_000);
});
