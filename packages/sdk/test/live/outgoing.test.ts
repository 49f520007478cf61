import { randomUUID } from 'node:crypto';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createDuet, type OutboxStorage, type StoredMessage } from '../../src/index.ts';
import { mint, person } from '../harness/people.ts';
import { until } from '../harness/until.ts';

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
