import type { ConversationState, Message } from '@duet/contract';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { memoryEvents } from '../events/memory.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { Hub } from './hub.ts';
import type { LoadHoles } from './mender.ts';

// The hub against a bus that loses, repeats and reorders, as a bus between nodes may.

const message = (seq: number): Message => ({
  message_id: `${seq}`,
  conversation_id: 'c',
  seq,
  sender: { id: 'a', username: 'a', display_name: 'a' },
  content: `${seq}`,
  timestamp: '2026-01-01T00:00:00.000Z',
  read: false,
});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp(load: LoadHoles) {
  const events = memoryEvents();
  const counted = { held: 0, repaired: 0 };
  const hub = new Hub(events, load, pino({ level: 'silent' }), {
    ...createMetrics().socket,
    heldBack: () => (counted.held += 1),
    repaired: (messages) => (counted.repaired += messages),
  });
  const heard: number[] = [];
  let failed = false;
  const seat = hub.take('c', 'a');
  const listener = {
    send: (frame: Buffer) => void heard.push(JSON.parse(frame.toString('utf8', frame.indexOf('{'))).seq),
    fail: () => (failed = true),
  };
  const publish = (...seqs: number[]) => {
    for (const seq of seqs) {
      const state: ConversationState = { last_seq: seq, read_seqs: [0, 0], unread_counts: [0, 0] };
      events.publish([{ type: 'message', message: message(seq), users: ['a', 'b'], state }]);
    }
  };
  return { hub, seat, listener, heard, publish, counted, failed: () => failed };
}

test('a lost message is read from the database, and what followed it is heard after it', async () => {
  const load = vi.fn<LoadHoles>(async () => [message(3), message(4)]);
  const { hub, seat, listener, heard, publish, counted } = setUp(load);
  seat.listen(listener, 1);
  publish(2, 5, 5, 2);
  expect(heard).toEqual([2]);
  expect(hub.held).toBe(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(load).toHaveBeenCalledExactlyOnceWith([{ conversationId: 'c', after: 2, before: 5 }]);
  expect(heard).toEqual([2, 3, 4, 5]);
  expect({ ...counted, now: hub.held }).toEqual({ held: 1, repaired: 2, now: 0 });
});

test('a message that was only overtaken costs no read', async () => {
  const load = vi.fn<LoadHoles>(async () => []);
  const { seat, listener, heard, publish } = setUp(load);
  seat.listen(listener, 0);
  publish(3, 2, 1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(heard).toEqual([1, 2, 3]);
  expect(load).not.toHaveBeenCalled();
});

test('all that is stuck is read at once, what moves is not, and of much some at a time', async () => {
  const stored = (id: string, hole: { after: number; before: number }) =>
    Array.from({ length: hole.before - hole.after - 1 }, (_, i) => ({
      ...message(hole.after + 1 + i),
      conversation_id: id,
    }));
  const load = vi.fn<LoadHoles>(async (holes) =>
    holes.flatMap(({ conversationId, ...hole }) => stored(conversationId, hole)),
  );
  const { hub, seat, listener, heard, publish } = setUp(load);
  seat.listen(listener, 0);
  const ends: Record<string, number> = {};
  for (const [id, lastSeq] of [
    ['a', 2],
    ['b', 1500],
    ['d', 3],
  ] as const) {
    const send = (frame: Buffer) => {
      ends[id] = JSON.parse(frame.toString('utf8', frame.indexOf('{'))).seq;
    };
    hub.take(id, 'a').listen({ send, fail: () => {} }, 0);
    hub.expect(id, lastSeq);
  }
  publish(3);
  await vi.advanceTimersByTimeAsync(150);
  publish(1);
  await vi.advanceTimersByTimeAsync(100);
  expect(load.mock.calls).toEqual([
    [[{ conversationId: 'a', after: 0, before: 3 }]],
    [[{ conversationId: 'b', after: 0, before: 1001 }]],
    [[{ conversationId: 'd', after: 0, before: 4 }]],
  ]);
  expect(heard).toEqual([1]);
  publish(2);
  await vi.advanceTimersByTimeAsync(400);
  expect(heard).toEqual([1, 2, 3]);
  expect(ends).toEqual({ a: 2, b: 1500, d: 3 });
  expect(load).toHaveBeenCalledTimes(4);
  expect(vi.getTimerCount()).toBe(0);
});

test('a read that fails is tried again', async () => {
  const load = vi
    .fn<LoadHoles>()
    .mockRejectedValueOnce(new Error('away'))
    .mockResolvedValue([message(1)]);
  const { seat, listener, heard, publish } = setUp(load);
  seat.listen(listener, 0);
  publish(2);
  await vi.advanceTimersByTimeAsync(1000);
  expect(heard).toEqual([1, 2]);
});

test('what cannot be put in order within bounds ends the socket, which then recovers by itself', () => {
  const { seat, listener, heard, publish, failed } = setUp(() => new Promise(() => {}));
  seat.listen(listener, 0);
  publish(...Array.from({ length: 1001 }, (_, i) => i + 2));
  expect(failed()).toBe(true);
  expect(heard).toEqual([]);
});

test('a seat in a room that was given up before it was sat in ends the socket, too', () => {
  const { seat, listener, publish, failed } = setUp(() => new Promise(() => {}));
  publish(...Array.from({ length: 1001 }, (_, i) => i + 1));
  seat.listen(listener, 1001);
  expect(failed()).toBe(true);
});

test('a room that nobody sits in any more is forgotten, with its timer', async () => {
  const load = vi.fn<LoadHoles>(async () => []);
  const { seat, listener, heard, publish } = setUp(load);
  seat.listen(listener, 0);
  publish(2);
  seat.leave();
  publish(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(heard).toEqual([]);
  expect(load).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});
