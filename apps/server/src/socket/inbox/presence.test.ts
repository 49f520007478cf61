import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { JoinedNodes } from '../../../test/harness/joined-nodes.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import type { Listener } from '../hub.ts';
import type { PresenceContext, RememberSeen } from './last-seen.ts';
import { Presence } from './presence.ts';
import { Watchers } from './watchers.ts';

// Presence on several nodes, whose bus loses what a test wants; no door shows that.

let bus: JoinedNodes;
/** When people were last seen, in the database of all nodes. */
let lastSeen: Map<string, Date>;
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
  bus = new JoinedNodes();
  lastSeen = new Map();
});
afterEach(() => {
  vi.useRealTimers();
});

const rememberSeen: RememberSeen = async (userIds, at) => {
  for (const id of userIds) if ((lastSeen.get(id) ?? at) <= at) lastSeen.set(id, at);
  return new Map([...lastSeen].filter(([id]) => userIds.includes(id)));
};

interface Device extends Listener {
  /** Of each person: what it heard of them, in order. */
  readonly heard: [userId: string, online: boolean][];
  readonly frames: { user_id: string; online: boolean; last_seen: string | null }[];
}

function startNode(name: string) {
  const events = bus.join(name);
  const ctx: PresenceContext = { events, now: () => new Date(), rememberSeen };
  const presence = new Presence(ctx);
  const watchers = new Watchers(ctx, presence, createMetrics().socket);
  return {
    events,
    presence,
    watchers,
    /** A device that wants to know of these people. */
    watch: (...userIds: string[]): Device => {
      const frames: Device['frames'] = [];
      const device: Device = {
        frames,
        get heard() {
          return frames.map(({ user_id, online }): [string, boolean] => [user_id, online]);
        },
        send: (frame) => void frames.push(JSON.parse(frame.toString('utf8', frame.indexOf('{')))),
        fail: () => {},
      };
      watchers.watch(device, userIds);
      return device;
    },
    close: async () => {
      watchers.close();
      await presence.close();
      await events.close();
    },
    /** As SIGKILL does: nothing is said and nothing is written. */
    kill: () => {
      bus.kill(name);
      vi.spyOn(ctx, 'rememberSeen').mockResolvedValue(new Map());
      watchers.close();
      void presence.close();
    },
  };
}

const seconds = (s: number) => vi.advanceTimersByTimeAsync(s * 1000);
const soon = () => seconds(0.1);
const inFakeTime = (work: Promise<void>) => Promise.all([work, soon()]);

test('who is watched anew is asked about on all nodes; whoever watches then is told from what is known', async () => {
  const [a, b] = [startNode('a'), startNode('b')];
  a.presence.arrive('ada');
  await soon();
  const device = b.watch('ada', 'ben');
  expect(b.watchers.isOnline('ada')).toBe(false);
  await soon();
  expect(device.heard).toEqual([['ada', true]]);
  bus.crossed = 0;
  const another = b.watch('ada');
  expect(b.watchers.isOnline('ada')).toBe(true);
  await soon();
  expect(bus.crossed).toBe(0);
  expect(another.heard).toEqual([]);
  expect(device.heard).toHaveLength(1);
});

test('who comes while they are asked about is online, whichever is first', async () => {
  const [a, b] = [startNode('a'), startNode('b')];
  for (const wait of [0, 1, 4, 5, 6, 9, 10, 11, 20]) {
    const id = `ada ${wait}`;
    await inFakeTime(a.events.follow(`user:${id}`).active); // as a session does before they arrive
    const device = b.watch(id);
    await seconds(wait / 1000);
    a.presence.arrive(id);
    await soon();
    expect(device.heard).toEqual([[id, true]]);
  }
});

test('who is asked about within the 3 s after they left is online still', async () => {
  const [a, b] = [startNode('a'), startNode('b')];
  a.presence.arrive('ada');
  await soon();
  a.presence.leave('ada');
  await seconds(1);
  const device = b.watch('ada');
  await seconds(3);
  expect(device.heard).toEqual([
    ['ada', true],
    ['ada', false],
  ]);
});

test('a frame comes when somebody is on a node first, and on none any more; not for what is between', async () => {
  const [a, b, c] = [startNode('a'), startNode('b'), startNode('c')];
  const device = c.watch('ada');
  await soon();
  a.presence.arrive('ada');
  b.presence.arrive('ada');
  c.presence.arrive('ada');
  await soon();
  a.presence.leave('ada');
  c.presence.leave('ada');
  await seconds(10);
  expect(device.heard).toEqual([['ada', true]]);
  b.presence.leave('ada');
  await seconds(2.9);
  expect(device.heard).toHaveLength(1);
  await seconds(0.2);
  const last_seen = new Date().toISOString().slice(0, 19);
  expect(device.frames[1]).toMatchObject({ online: false, last_seen: expect.stringContaining(last_seen) });
});

test('a move from one node to another within 3 s does not show', async () => {
  const [a, b, c] = [startNode('a'), startNode('b'), startNode('c')];
  const device = c.watch('ada');
  a.presence.arrive('ada');
  await soon();
  a.presence.leave('ada');
  await seconds(2.8);
  b.presence.arrive('ada');
  await seconds(20);
  expect(device.heard).toEqual([['ada', true]]);
});

test('a node that closes takes its people with it after the grace, without those who turned up elsewhere', async () => {
  const [a, b, c] = [startNode('a'), startNode('b'), startNode('c')];
  const device = c.watch('ada', 'ben');
  a.presence.arrive('ada');
  a.presence.arrive('ben');
  await soon();
  a.presence.leave('ada');
  a.presence.leave('ben');
  const leftAt = Date.now();
  await a.close();
  await seconds(1);
  b.presence.arrive('ada');
  await seconds(1.9);
  expect(device.heard).toEqual([
    ['ada', true],
    ['ben', true],
  ]);
  await seconds(20);
  expect(device.heard.slice(2)).toEqual([['ben', false]]);
  expect(device.frames[2]?.last_seen).toBe(new Date(leftAt).toISOString());
});

test('of a node that was killed the others write when its people were last seen, and never backwards', async () => {
  const [a, b, c] = [startNode('a'), startNode('b'), startNode('c')];
  const [atB, atC] = [b.watch('ada', 'ben', 'eve'), c.watch('ada')];
  for (const id of ['ada', 'ben', 'eve']) a.presence.arrive(id);
  await soon();
  a.kill();
  await seconds(10);
  lastSeen.set('ben', new Date(Date.now() + 60_000)); // another node's clock is fast
  bus.gone('a');
  b.presence.arrive('eve');
  const goneAt = Math.floor(Date.now() / 1000) * 1000;
  await seconds(10);
  expect(lastSeen.get('ada')).toEqual(new Date(goneAt));
  expect(lastSeen.get('ben')?.getTime()).toBeGreaterThan(goneAt);
  expect(lastSeen.has('eve')).toBe(false);
  expect(atB.heard.slice(3)).toEqual([
    ['ada', false],
    ['ben', false],
  ]);
  expect(atB.frames.slice(3).map((frame) => frame.last_seen)).toEqual(
    ['ada', 'ben'].map((id) => lastSeen.get(id)?.toISOString()),
  );
  expect(atC.heard).toEqual([
    ['ada', true],
    ['ada', false],
  ]);
});

test('after events may have been lost, what no node confirms is dropped, and what one does is not touched', async () => {
  const [a, b] = [startNode('a'), startNode('b')];
  const device = b.watch('stays', 'goes', 'comes');
  a.presence.arrive('stays');
  a.presence.arrive('goes');
  await soon();
  const before = device.heard.length;
  bus.loses = () => true;
  a.presence.leave('goes');
  a.presence.arrive('comes');
  await seconds(10);
  expect(device.heard).toHaveLength(before);
  bus.loses = () => false;
  bus.tell('b', { type: 'missed' });
  bus.tell('b', { type: 'missed' });
  await seconds(2);
  expect(device.heard.slice(before)).toEqual([['comes', true]]);
  await seconds(6);
  expect(device.heard.slice(before)).toEqual([
    ['comes', true],
    ['goes', false],
  ]);
  // What its node wrote is later than what b heard last, and stands.
  expect(device.frames.at(-1)?.last_seen).toBe(lastSeen.get('goes')?.toISOString());
  await seconds(600);
  expect(device.heard).toHaveLength(before + 2);
});

test('a node that was cut off says who is on it when it is back, for nobody could ask it', async () => {
  const [a, b] = [startNode('a'), startNode('b')];
  a.presence.arrive('ada');
  await soon();
  bus.loses = () => true;
  const device = b.watch('ada');
  await seconds(10);
  bus.loses = () => false;
  bus.tell('a', { type: 'missed' });
  await seconds(2);
  expect(device.heard).toEqual([['ada', true]]);
});

test('a loss that nobody noticed is mended within minutes', async () => {
  const [a, b] = [startNode('a'), startNode('b')];
  const device = b.watch('goes', 'comes', 'stays');
  a.presence.arrive('goes');
  a.presence.arrive('stays');
  await soon();
  bus.loses = () => true;
  a.presence.leave('goes');
  a.presence.arrive('comes');
  await seconds(10);
  bus.loses = () => false;
  await seconds(360);
  expect(device.heard.slice(2)).toEqual([
    ['comes', true],
    ['goes', false],
  ]);
  await seconds(3600);
  expect(device.heard).toHaveLength(4);
});

test('nothing is followed, asked or timed for who is not watched and not here any more', async () => {
  const [a, b] = [startNode('a'), startNode('b')];
  const devices = [b.watch('ada', 'ben'), b.watch('ada')];
  a.presence.arrive('ada');
  await soon();
  expect(bus.followedBy('a')).toEqual(['user:ada']);
  expect(bus.followedBy('b')).toEqual(['presence:ada', 'presence:ben']);
  for (const device of devices) b.watchers.unwatchAll(device);
  a.presence.leave('ada');
  await seconds(4);
  expect([bus.followedBy('a'), bus.followedBy('b')]).toEqual([[], []]);
  bus.crossed = 0;
  await seconds(600);
  expect(bus.crossed).toBe(0);
  await Promise.all([a.close(), b.close()]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a device hears of the 1,000 named last', async () => {
  const a = startNode('a');
  const device = a.watch(...Array.from({ length: 1000 }, (_, i) => `${i}`));
  a.watchers.watch(device, ['0', 'one more']); // 1 was named longest ago
  for (const id of ['0', '1', '2', 'one more']) a.presence.arrive(id);
  expect(device.heard.map(([id]) => id)).toEqual(['0', '2', 'one more']);
});
