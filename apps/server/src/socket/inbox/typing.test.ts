import type { ConversationState } from '@duet/contract';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { JoinedNodes } from '../../../test/harness/joined-nodes.ts';
import type { MessageCommitted } from '../../events/events.ts';
import { Typing } from './typing.ts';

// Typing on several nodes, whose bus loses what a test wants; no door shows that.

let bus: JoinedNodes;
beforeEach(() => {
  vi.useFakeTimers();
  bus = new JoinedNodes();
});
afterEach(() => {
  vi.useRealTimers();
});

const typist = { conversationId: 'c', userId: 'ada', peerId: 'ben' };
const device = {};

/** @param inboxOf whose inbox the node has */
async function startNode(name: string, inboxOf?: string) {
  const events = bus.join(name);
  const heard: boolean[] = [];
  const typing = new Typing(events, (userId, frame) => {
    if (userId === inboxOf && frame.type === 'typing') heard.push(frame.typing);
  });
  if (inboxOf) await inFakeTime(events.follow(`user:${inboxOf}`).active);
  return { events, heard, typing };
}
const seconds = (s: number) => vi.advanceTimersByTimeAsync(s * 1000);
const soon = () => seconds(0.1);
const inFakeTime = (work: Promise<void>) => Promise.all([work, soon()]);

const state: ConversationState = { last_seq: 1, read_seqs: [0, 0], unread_counts: [0, 0] };
const message = {
  message_id: 'm',
  conversation_id: 'c',
  seq: 1,
  sender: { id: 'ada', username: 'ada', display_name: 'ada' },
  content: 'Hello',
  timestamp: '2026-01-01T00:00:00.000Z',
  read: false,
};
const sent: MessageCommitted = { type: 'message', message, users: ['ada', 'ben'], state };

test('reaches the other side on whatever node, and ends there with false and with the device', async () => {
  const [a, b, c] = [await startNode('a', 'ada'), await startNode('b', 'ben'), await startNode('c')];
  for (const end of [() => a.typing.stop(typist), () => a.typing.leave(device)]) {
    a.typing.start(typist, device);
    a.typing.start(typist, device);
    await soon();
    expect(b.heard.splice(0)).toEqual([true, true]);
    end();
    await soon();
    expect(b.heard.splice(0)).toEqual([false]);
  }
  await seconds(20);
  expect([a.heard, b.heard, c.heard]).toEqual([[], [], []]);
});

test('ends by itself after 6 s, once', async () => {
  const [a, b] = [await startNode('a'), await startNode('b', 'ben')];
  a.typing.start(typist, device);
  await seconds(5.9);
  expect(b.heard).toEqual([true]);
  await seconds(0.2);
  expect(b.heard).toEqual([true, false]);
  await seconds(20);
  expect(b.heard).toEqual([true, false]);
});

test.each(['the node dies', 'its false is lost'])('ends within 7 s when %s', async (what) => {
  const [a, b] = [await startNode('a'), await startNode('b', 'ben')];
  a.typing.start(typist, device);
  await seconds(2);
  a.typing.start(typist, device);
  await soon();
  if (what === 'the node dies') bus.kill('a');
  else bus.loses = () => true;
  await seconds(6.5);
  expect(b.heard).toEqual([true, true]);
  await seconds(0.5);
  expect(b.heard).toEqual([true, true, false]);
});

test('ends once with a message, on whatever node it was sent', async () => {
  const nodes = [await startNode('a', 'ada'), await startNode('b', 'ben'), await startNode('c')] as const;
  const [a, b] = nodes;
  for (const { events } of nodes) {
    a.typing.start(typist, device);
    await soon();
    events.publish([sent]);
    await soon();
    expect(b.heard.splice(0)).toEqual([true, false]);
  }
  await seconds(20);
  expect(b.heard).toEqual([]);
});

test('the other side’s message, and one in another conversation, end nothing', async () => {
  const [a, b] = [await startNode('a', 'ada'), await startNode('b', 'ben')];
  a.typing.start(typist, device);
  await soon();
  const answer = { ...message, sender: { id: 'ben', username: 'ben', display_name: 'ben' } };
  b.events.publish([{ ...sent, message: answer }]);
  a.events.publish([{ ...sent, message: { ...message, conversation_id: 'd' } }]);
  await soon();
  expect(b.heard).toEqual([true]);
});

test('who goes on typing on another node is not stopped by the first', async () => {
  const [a, b, c] = [await startNode('a'), await startNode('b', 'ben'), await startNode('c')];
  a.typing.start(typist, device);
  await seconds(3);
  c.typing.start(typist, {});
  await seconds(1);
  a.typing.leave(device);
  await seconds(4.9);
  expect(b.heard).toEqual([true, true]);
  await seconds(0.3);
  expect(b.heard).toEqual([true, true, false]);
});

test('while nobody types a message is not looked into', async () => {
  const { events, typing } = await startNode('a', 'ben');
  const unread = {
    ...sent,
    get message(): typeof message {
      throw new Error('looked into');
    },
  };
  typing.start(typist, device);
  expect(() => events.publish([unread])).toThrow('looked into');
  typing.stop(typist);
  events.publish([unread]);
});

test('a node that closes leaves no timer', async () => {
  const [a, b] = [await startNode('a'), await startNode('b', 'ben')];
  a.typing.start(typist, device);
  await soon();
  a.typing.close();
  b.typing.close();
  expect(vi.getTimerCount()).toBe(0);
});
