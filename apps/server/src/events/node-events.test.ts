import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMetrics } from '../telemetry/metrics.ts';
import { BEAT_MS, type Bus, type BusListener } from './bus.ts';
import type { DomainEvent } from './events.ts';
import { NodeEvents } from './node-events.ts';
import { encodeNodeNote } from './notes.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ALIVE = encodeNodeNote('alive').text;
const LOST = encodeNodeNote('lost').text;
const typing: DomainEvent = { type: 'typing', conversationId: 'c', userId: 'a', peerId: 'b', typing: true };

/** A node on a bus that shows what it is given, but for the beats. */
function join({ isWell = true } = {}) {
  const carried: string[] = [];
  let others: BusListener | undefined;
  const bus: Bus = {
    node: 'here',
    start: (listener) => {
      others = listener;
    },
    publish: (notes) => carried.push(...notes.map(({ text }) => text).filter((text) => text !== ALIVE)),
    follow: () => ({ active: Promise.resolve(), end: () => {} }),
    check: () => isWell,
    close: async () => {},
  };
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const events = new NodeEvents(bus, async () => [], log, createMetrics().busOf('test'));
  const hear = (text: string) => others?.hear('there', [text]);
  const beats = (count: number) => vi.advanceTimersByTime(count * BEAT_MS);
  return { events, carried, hear, beats };
}

test('while no other node is heard events stay here; one that is heard is told that it missed some', async () => {
  const { events, carried, hear, beats } = join();
  events.publish([typing]);
  expect(carried).toHaveLength(1); // another one may have begun to listen before it was heard
  beats(2);
  const heardHere: number[] = [];
  events.subscribe((published) => heardHere.push(published.length));
  events.publish([typing]);
  expect(heardHere).toEqual([1]);
  expect(carried).toHaveLength(1);
  hear(ALIVE);
  expect(carried.slice(1)).toEqual([LOST]);
  events.publish([typing]);
  expect(carried).toHaveLength(3);
  await events.close();
});

test('a node that goes leaves the last one alone; nothing was kept from who comes back before anything happened', async () => {
  const { events, carried, hear, beats } = join();
  for (let beat = 0; beat < 4; beat += 1) {
    hear(ALIVE);
    beats(1);
  }
  events.publish([typing]);
  expect(carried).toHaveLength(1);
  hear(encodeNodeNote('gone').text);
  beats(3);
  hear(ALIVE);
  expect(carried).toHaveLength(1);
  beats(2); // it still counts as there
  events.publish([typing]);
  expect(carried).toHaveLength(2);
  await events.close();
});

test('a node that could not hear others does not think that it is alone', async () => {
  const { events, carried, beats } = join({ isWell: false });
  beats(10);
  events.publish([typing]);
  expect(carried).toHaveLength(1);
  await events.close();
});
