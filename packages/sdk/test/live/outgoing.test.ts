import { randomUUID } from 'node:crypto';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { createDuet, localStorageOutbox, type OutboxStorage, type StoredMessage } from '../../src/index.ts';
import { mint, person } from '../harness/people.ts';
import { eventually, until } from '../harness/until.ts';

/** A storage that holds a message of before, and takes its time. */
function storageWith(kept: StoredMessage, isReady: Promise<void>): OutboxStorage {
  const messages = new Map([[kept.message_id, kept]]);
  return {
    load: async () => {
      await isReady;
      return [...messages.values()];
    },
    put: async (message) => void messages.set(message.message_id, message),
    delete: async (messageId) => void messages.delete(messageId),
  };
}

test('a message that was stored long before what is shown is not on its way any more', async () => {
  const [ada, ben] = [await person(), await person()];
  const { id: conversation_id } = await ada.conversations.open({ target_user_id: ben.id });
  const message = { conversation_id, message_id: randomUUID(), content: 'sent, and the answer lost' };
  await ada.messages.send(message);
  for (let count = 0; count < 60; count += 1)
    await ben.messages.send({ conversation_id, content: `${count}` });

  let ready = () => {};
  const isReady = new Promise<void>((resolve) => (ready = resolve));
  const kept = { ...message, sender_id: ada.id, created_at: new Date().toISOString() };
  const outbox = storageWith(kept, isReady);
  const duet = createDuet({ url: inject('serverUrl'), getToken: () => mint(ada.id), outbox });
  onTestFinished(() => duet.live.close());
  const thread = duet.live.conversation(conversation_id);
  duet.live.connect();
  onTestFinished(thread.subscribe(() => {}));
  await until(thread, ({ isSynced }) => isSynced);
  const restored = until(thread, ({ outgoing }) => outgoing.length === 1);
  ready();
  await restored;
  const { messages } = await until(thread, ({ outgoing }) => outgoing.length === 0);
  expect(messages).toHaveLength(50);
  expect(await outbox.load()).toEqual([]);
});

test('a storage that fails, in whatever way, does not keep a message from being sent', async () => {
  const [ada, ben] = [await person(), await person()];
  const { id: conversation_id } = await ada.conversations.open({ target_user_id: ben.id });
  const outbox: OutboxStorage = {
    load: () => Promise.reject(new Error('no database')),
    put: () => {
      throw new Error('the quota is exceeded');
    },
    delete: () => Promise.reject(new Error('gone')),
  };
  const duet = createDuet({ url: inject('serverUrl'), getToken: () => mint(ada.id), outbox });
  onTestFinished(() => duet.live.close());
  duet.live.connect();
  await until(duet.live.me, (me) => me !== undefined);
  const thread = duet.live.conversation(conversation_id);
  thread.send('all the same');
  const { outgoing } = await until(thread, ({ messages }) => messages.length === 1);
  expect(outgoing).toEqual([]);
  expect(duet.live.unkept.get()).toBe(0);
});

describe('what could not be kept is counted', () => {
  const nothing = { load: async () => [], delete: async () => {} };
  /** Somebody who is known, and has no connection. */
  const offline = (outbox: OutboxStorage | undefined) =>
    createDuet({ url: 'http://127.0.0.1:1', getToken: () => null, outbox, userId: 'ada' }).live;

  test.for([
    ['null, as in a WebView', { value: null }],
    [
      'forbidden',
      {
        get: () => {
          throw new DOMException('Access is denied', 'SecurityError');
        },
      },
    ],
  ] as const)('localStorage that is %s', async ([, property]) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }); // it is said at once
    const before = Object.getOwnPropertyDescriptor(globalThis, 'localStorage');
    Object.defineProperty(globalThis, 'localStorage', { ...property, configurable: true });
    onTestFinished(() => {
      vi.useRealTimers();
      Reflect.deleteProperty(globalThis, 'localStorage');
      if (before) Object.defineProperty(globalThis, 'localStorage', before);
    });
    const live = offline(localStorageOutbox());
    const thread = live.conversation('c');
    const { message_id } = thread.send('Hello');
    thread.send('Are you there?');
    await until(live.unkept, (unkept) => unkept === 2);
    thread.discard(message_id);
    expect(live.unkept.get()).toBe(1);
  });

  test('a storage that does not answer has not kept it after 3 s, until it has', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    let answer = () => {};
    const live = offline({ ...nothing, put: () => new Promise<void>((resolve) => (answer = resolve)) });
    live.conversation('c').send('Hello');
    vi.advanceTimersByTime(2999);
    expect(live.unkept.get()).toBe(0);
    vi.advanceTimersByTime(1);
    expect(live.unkept.get()).toBe(1);
    answer();
    await until(live.unkept, (unkept) => unkept === 0);
  });

  test('a storage that lost what it had gets everything that waits again', async () => {
    const kept = new Map<string, StoredMessage>();
    let lost = () => {};
    const live = offline({
      ...nothing,
      put: async (message) => void kept.set(message.content, message),
      onLost: (listener) => {
        lost = listener;
      },
    });
    for (const content of ['one', 'two']) live.conversation('c').send(content);
    kept.clear();
    lost();
    await eventually(() => kept.size === 2);
    expect(kept.get('one')).toMatchObject({ sender_id: 'ada', conversation_id: 'c' });
  });

  test('nothing is kept before it is known who writes; without an outbox nothing is meant to be', async () => {
    const ada = await person();
    const outbox = { ...nothing, put: async () => {} };
    const duet = createDuet({ url: inject('serverUrl'), getToken: () => mint(ada.id), outbox });
    onTestFinished(() => duet.live.close());
    duet.live.conversation('c').send('Hello');
    expect(duet.live.unkept.get()).toBe(1);
    duet.live.connect();
    await until(duet.live.unkept, (unkept) => unkept === 0);
    const without = offline(undefined);
    without.conversation('c').send('Hello');
    expect(without.unkept.get()).toBe(0);
  });
});

test('what was written before a reload is there without a connection, when it is known who the client is for', async () => {
  const kept = {
    conversation_id: 'c',
    message_id: randomUUID(),
    sender_id: 'ada',
    content: 'before',
    created_at: new Date().toISOString(),
  };
  const outbox = storageWith(kept, Promise.resolve());
  const duetOf = (userId: string) =>
    createDuet({ url: 'http://127.0.0.1:1', getToken: () => null, outbox, userId });
  const { outgoing } = await until(
    duetOf('ada').live.conversation('c'),
    ({ outgoing }) => outgoing.length > 0,
  );
  expect(outgoing).toMatchObject([{ content: 'before', status: 'queued' }]);
  expect(duetOf('ben').live.conversation('c').get().outgoing).toEqual([]);
});
