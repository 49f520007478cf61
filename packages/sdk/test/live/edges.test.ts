import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { type Conversation, createDuet, createRest } from '../../src/index.ts';
import { shiftClock } from '../harness/clock.ts';
import { mint, person } from '../harness/people.ts';
import { answer, drop, type Heard, scripted } from '../harness/scripted-server.ts';
import { proper, type Say, socketServer } from '../harness/socket-server.ts';
import { eventually, until } from '../harness/until.ts';

// What happens seldom: answers that do not fit together, refusals at a bad moment, clocks that jump.

const me = { id: 'ada', username: 'ada', display_name: 'ada' };
const conversation = (id: string, last_seq = 0): Conversation => ({
  id,
  user1: me,
  user2: { id: 'ben', username: 'ben', display_name: 'ben' },
  created_at: '2026-11-22T10:15:30.123Z',
  last_message: null,
  last_seq,
  unread_count: 0,
  read_seq: 0,
  peer_read_seq: 0,
});
const getToken = () => 'a-token';

/** Until the test is over no timer fires but those that it lets. */
function stopTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

/** REST from one scripted server, the socket from another. */
function duetOf(restUrl: string, socketUrl: string) {
  const { WebSocket } = globalThis;
  class Elsewhere extends WebSocket {
    constructor(_url: string, protocols: string[]) {
      super(`${socketUrl.replace('http', 'ws')}/ws/chat/`, protocols);
    }
  }
  const duet = createDuet({ url: restUrl, getToken, WebSocket: Elsewhere });
  onTestFinished(() => duet.live.close());
  duet.live.connect();
  return duet;
}

const synced = (say: Say, next: string | null) => say({ type: 'synced', cursor: 'c', reset: true, next });

test('a read that the server could not do this time is said again', async () => {
  stopTimers();
  const state = { last_seq: 5, read_seqs: [0, 5], unread_counts: [5, 0] } as const;
  const server = await socketServer({
    heard: (frame, say) => {
      if (frame.type === 'sync') say({ type: 'conversation', conversation: conversation('c1', 5) });
      if (frame.type === 'read')
        say({ type: 'error', code: 'internal', detail: '', frame: 'read', conversation_id: 'c1' });
      proper(frame, say);
    },
  });
  const { url } = await scripted(answer(200, { ...conversation('c1', 5), ...state }));
  const duet = duetOf(url, server.url);
  await until(duet.live.connection, ({ status }) => status === 'live');
  const reads = () => server.frames.filter(({ type }) => type === 'read').length;
  duet.live.conversation('c1').markRead(5);
  await eventually(() => reads() === 1);
  vi.advanceTimersByTime(25_000); // a pong comes with the next heartbeat
  await eventually(() => reads() > 1);
});

test('having read more than there is does not read what comes later', async () => {
  const [ada, ben] = [await person(), await person()];
  const { id: conversation_id } = await ada.conversations.open({ target_user_id: ben.id });
  await ben.messages.send({ conversation_id, content: 'one' });
  const duet = createDuet({ url: inject('serverUrl'), getToken: () => mint(ada.id) });
  onTestFinished(() => duet.live.close());
  duet.live.connect();
  const thread = duet.live.conversation(conversation_id);
  await until(thread, ({ isSynced }) => isSynced);
  thread.markRead(100);
  await until(thread, ({ conversation }) => conversation?.read_seq === 1);
  await ben.messages.send({ conversation_id, content: 'two' });
  await until(thread, ({ messages }) => messages.length === 2);
  thread.markRead();
  await until(thread, ({ conversation }) => conversation?.read_seq === 2);
});

test('older conversations that could not be read are not said to be none', async () => {
  const server = await socketServer({
    heard: (frame, say) => (frame.type === 'sync' ? synced(say, 'next-page') : proper(frame, say)),
  });
  const { url } = await scripted(answer(403, { code: 'invalid_answer' }), answer(200, [conversation('old')]));
  const duet = duetOf(url, server.url);
  await until(duet.live.conversations, ({ isSynced }) => isSynced);
  await expect(duet.live.loadMore()).rejects.toThrow();
  await duet.live.loadMore();
  expect(duet.live.conversations.get().items.map(({ id }) => id)).toEqual(['old']);
});

test('a fresh snapshot while older conversations are read does not break the reading', async () => {
  let sayLater: Say = () => {};
  let page = 'first-page';
  const server = await socketServer({
    heard: (frame, say) => {
      sayLater = say;
      if (frame.type === 'sync') synced(say, page);
      else proper(frame, say);
    },
  });
  let answerNow = () => {};
  const { url, heard } = await scripted((response, request) => {
    answerNow = () => void answer(200, [conversation('old-1'), conversation('old-2')])(response, request);
  });
  const duet = duetOf(url, server.url);
  await until(duet.live.conversations, ({ isSynced }) => isSynced);
  const loading = duet.live.loadMore();
  await eventually(() => heard.length === 1);
  page = 'another-page';
  const syncs = () => server.frames.filter(({ type }) => type === 'sync').length;
  sayLater({ type: 'pong', cursor: 'c', heads: null }); // too much changed to tell: sync again
  await eventually(() => syncs() === 2);
  sayLater({ type: 'conversation', conversation: conversation('last') });
  await until(duet.live.conversations, ({ items }) => items.some(({ id }) => id === 'last'));
  answerNow();
  await loading; // TypeError: the generator is gone
  expect(duet.live.conversations.get().hasMore).toBe(true);
});

test('a server that is behind itself is not asked without a pause', async () => {
  stopTimers();
  let asked = 0;
  const behind = createServer((request, response) => {
    if (request.url !== '/else') asked += 1;
    response.setHeader('content-type', 'application/json').end(JSON.stringify(conversation('c1', 4)));
  }).listen(0, '127.0.0.1');
  await once(behind, 'listening');
  onTestFinished(() => {
    behind.closeAllConnections();
    behind.close();
  });
  const address = behind.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  const server = await socketServer({
    heard: (frame, say) => {
      if (frame.type === 'sync') say({ type: 'conversation', conversation: conversation('c1', 5) });
      proper(frame, say);
    },
  });
  const url = `http://127.0.0.1:${address.port}`;
  const duet = duetOf(url, server.url);
  await until(duet.live.connection, ({ status }) => status === 'live');
  for (let tries = 1; tries <= 3; tries += 1) {
    vi.advanceTimersByTime(2000);
    await eventually(() => asked === tries);
    // While others get twenty answers it asks for nothing.
    for (let n = 0; n < 20; n += 1) await fetch(`${url}/else`);
    expect(asked).toBe(tries);
  }
});

test('a call is tried again although somebody set the clock', async () => {
  onTestFinished(() => shiftClock(0));
  const jump = (response: Parameters<typeof drop>[0], request: Heard) => {
    shiftClock(3_600_000);
    return drop(response, request);
  };
  const { url } = await scripted(jump, answer(200, me));
  expect(await createRest({ url, getToken }).users.me()).toEqual(me);
});

test('a connection that was taken five times and then cut with an expired token is not given up', async () => {
  const server = await socketServer({
    heard: (frame, say, ws) => {
      proper(frame, say);
      if (frame.type === 'sync') ws.close(4401, 'token_expired');
    },
  });
  stopTimers();
  const duet = createDuet({ url: server.url, getToken });
  onTestFinished(() => duet.live.close());
  duet.live.connect();
  for (let count = 0; count < 8; count += 1) {
    const { status, retryInMs = 0 } = await until(
      duet.live.connection,
      (state) => state.status === 'waiting' || state.status === 'closed',
    );
    expect(status).toBe('waiting');
    vi.advanceTimersByTime(retryInMs);
  }
});

test('the state of the connection is what it says, and no more', async () => {
  const duet = createDuet({ url: 'http://127.0.0.1:1', getToken });
  expect(Object.keys(duet.live.connection.get()).sort()).toEqual(['error', 'reason', 'retryInMs', 'status']);
});

test('what was written before a reload is sent before what was written after it', async () => {
  const [ada, ben] = [await person(), await person()];
  const { id: conversation_id } = await ada.conversations.open({ target_user_id: ben.id });
  const kept = {
    conversation_id,
    message_id: crypto.randomUUID(),
    sender_id: ada.id,
    content: 'before',
    created_at: new Date().toISOString(),
  };
  const nothing = async () => {};
  const outbox = { load: async () => [kept], put: nothing, delete: nothing };
  const duet = createDuet({ url: inject('serverUrl'), getToken: () => mint(ada.id), outbox });
  onTestFinished(() => duet.live.close());
  const thread = duet.live.conversation(conversation_id);
  thread.send('after');
  duet.live.connect();
  const { messages } = await until(thread, ({ messages }) => messages.length === 2);
  expect(messages.map(({ content }) => content)).toEqual(['before', 'after']);
});

test('frames that are none are not a crash: the connection is made anew', async () => {
  const ready = { type: 'ready', user: me, expires_in: 900, heartbeat_seconds: 25 };
  for (const frame of [
    { type: 'ready' },
    { type: 'conversation' },
    { type: 'pong', cursor: 'c', heads: [null] },
    { type: 'pong', cursor: 'c', heads: 5 },
  ]) {
    const server = await socketServer({
      heard: ({ type }, _say, ws) => {
        if (type === 'auth') for (const text of [ready, frame]) ws.send(JSON.stringify(text));
      },
    });
    const duet = createDuet({ url: server.url, getToken });
    onTestFinished(() => duet.live.close());
    duet.live.connect();
    const { reason } = await until(duet.live.connection, ({ status }) => status === 'waiting');
    expect(reason, JSON.stringify(frame)).toBe('invalid_answer');
    duet.live.close();
  }
});

test('a storage that gives back nonsense is passed over', async () => {
  const ada = await person();
  for (const kept of [undefined, null, {}, [null], [{ message_id: 7 }]]) {
    const outbox = {
      load: async () => JSON.parse(JSON.stringify(kept ?? null)),
      put: async () => {},
      delete: async () => {},
    };
    const duet = createDuet({ url: inject('serverUrl'), getToken: () => mint(ada.id), outbox });
    onTestFinished(() => duet.live.close());
    duet.live.connect();
    await until(duet.live.connection, ({ status }) => status === 'live');
    const thread = duet.live.conversation('c');
    const { message_id } = thread.send('x');
    await until(thread, ({ outgoing }) => outgoing[0]?.status === 'failed'); // sent, and there is no such conversation
    expect(thread.get().outgoing).toMatchObject([{ message_id }]);
    duet.live.close();
  }
});

test('a redirect is not followed: what is sent goes to nobody else', async () => {
  const { url: elsewhere, heard } = await scripted(answer(200, me));
  const { url } = await scripted(
    (response) => void response.writeHead(308, { location: `${elsewhere}/x` }).end(),
  );
  const rest = createRest({ url, getToken, maxRetries: 0 });
  await expect(rest.auth.signIn({ username: 'ada', password: 'secret' })).rejects.toMatchObject({
    code: 'invalid_answer',
    status: 308,
    recovery: 'final',
  });
  expect(heard).toEqual([]);
});
