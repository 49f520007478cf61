import { randomUUID } from 'node:crypto';
import { PATIENCE_MS } from '@duet/testing/wait';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DomainEvent, Events, MessageCommitted, Topic } from '../../src/events/events.ts';
import { memoryEvents } from '../../src/events/memory.ts';
import { BUSES, createMesh, type Mesh, type Node } from '../harness/buses.ts';

// What every bus promises, and what each does when it is cut.

const CONVERSATION = '0d1f6a52-7c3b-8e4d-9a5f-1b2c3d4e5f60';
const state = {
  last_seq: 1,
  read_seqs: [0, 0] as [number, number],
  unread_counts: [0, 1] as [number, number],
};

const typing = (peerId: string, userId = 'x'): DomainEvent => ({
  type: 'typing',
  conversationId: CONVERSATION,
  userId,
  peerId,
  typing: true,
});
const message = (a: string, b: string, seq: number, conversationId = CONVERSATION): MessageCommitted => ({
  type: 'message',
  message: {
    message_id: randomUUID(),
    conversation_id: conversationId,
    seq,
    sender: { id: a, username: 'somebody', display_name: 'somebody' },
    content: 'a private word',
    timestamp: '2026-01-01T00:00:00.000Z',
    read: false,
  },
  users: [a, b],
  state,
});
/** Every kind of event, about two people. */
const about = (a: string, b: string): { topic: Topic; event: DomainEvent }[] => [
  { topic: `user:${b}`, event: message(a, b, 1) },
  {
    topic: `user:${b}`,
    event: { type: 'read', conversationId: CONVERSATION, userId: a, seq: 1, users: [a, b], state },
  },
  { topic: `user:${b}`, event: typing(b, a) },
  { topic: `presence:${a}`, event: { type: 'presence', userId: a, online: true, lastSeen: null } },
  { topic: `user:${b}`, event: { type: 'presence_asked', userId: b } },
  {
    topic: `user:${b}`,
    event: {
      type: 'conversation',
      conversation: {
        id: CONVERSATION,
        user1: { id: a, username: '€'.repeat(64), display_name: '€'.repeat(128) },
        user2: { id: b, username: '€'.repeat(64), display_name: '€'.repeat(128) },
        created_at: '2026-01-01T00:00:00.000Z',
        last_message: null,
        last_seq: 0,
        unread_count: 0,
        read_seq: 0,
        peer_read_seq: 0,
      },
    },
  },
];
const eventsHeard = ({ heard }: Node) => heard.map(({ event }) => event);
const missed = ({ changes }: Node) => changes.filter(({ type }) => type === 'missed').length;
const gone = ({ changes }: Node) =>
  changes.flatMap((change) => (change.type === 'node_gone' ? change.node : []));

function expectLocalDelivery(events: Events): void {
  const seen: string[] = [];
  const end = events.subscribe((published, node) => seen.push(`${published.length} ${node}`));
  events.publish([typing('a'), typing('b')]);
  expect(seen).toEqual([`2 ${events.node}`]);
  end();
  events.publish([typing('a')]);
  expect(seen).toHaveLength(1);
}

test('memory: listeners on the same node hear before publish returns', async () => {
  const events = memoryEvents();
  expectLocalDelivery(events);
  await events.follow('user:a').active;
  await events.close();
});

describe.each(BUSES)('%s', (bus) => {
  let mesh: Mesh;
  let near: Node;
  let far: Node;
  beforeAll(async () => {
    mesh = await createMesh(bus);
    near = await mesh.join();
    far = await mesh.join();
  });
  afterAll(() => mesh.stop());

  /** A node that the others have heard of. */
  async function joinAndSpeak(): Promise<Node> {
    const node = await mesh.join();
    const listener = `listener ${randomUUID()}`;
    const following = near.events.follow(`user:${listener}`);
    await following.active;
    node.events.publish([typing(listener)]);
    await expect.poll(() => eventsHeard(near), { timeout: PATIENCE_MS }).toContainEqual(typing(listener));
    following.end();
    return node;
  }

  /** Follows, hears what `work` publishes up to a last event, and gives back what came before that. */
  async function hearing(topics: Topic[], work: () => void): Promise<DomainEvent[]> {
    const end = `end ${randomUUID()}`;
    const followings = [...topics, `user:${end}` as const].map((topic) => far.events.follow(topic));
    await Promise.all(followings.map(({ active }) => active));
    far.heard.length = 0;
    work();
    near.events.publish([typing(end)]);
    await expect.poll(() => eventsHeard(far), { timeout: PATIENCE_MS }).toContainEqual(typing(end));
    for (const following of followings) following.end();
    return eventsHeard(far).slice(0, -1);
  }

  test('listeners on the same node hear before publish returns, and once', async () => {
    expectLocalDelivery(near.events);
    const here = near.events.follow('user:a');
    await here.active;
    expect(await hearing([], () => near.events.publish([typing('a')]))).toEqual([]);
    expect(near.heard).toEqual([]);
    here.end();
  });

  test('another node hears what it follows and nothing else, in order, and of whom', async () => {
    const heard = await hearing(['user:b'], () => {
      near.events.publish([typing('a', '1'), typing('b', '2')]);
      near.events.publish([
        typing('b', '3'),
        { type: 'presence', userId: 'b', online: true, lastSeen: null },
      ]);
    });
    expect(heard).toEqual([typing('b', '2'), typing('b', '3')]);
    expect(new Set(far.heard.map(({ node }) => node))).toEqual(new Set([near.events.node]));
  });

  test('who follows twice follows until both have ended', async () => {
    const topic = `user:${randomUUID()}` as const;
    const [one, two] = [far.events.follow(topic), far.events.follow(topic)];
    await Promise.all([one.active, two.active]);
    one.end();
    one.end();
    const publish = () => near.events.publish([typing(topic.slice('user:'.length))]);
    expect(await hearing([], publish)).toHaveLength(1);
    two.end();
    expect(await hearing([], publish)).toHaveLength(0);
  });

  test.each([
    ['255 characters of three bytes', '€'.repeat(255)],
    ['255 characters that JSON escapes', '\u0001'.repeat(255)],
    ['surrogate pairs', '😀'.repeat(127)],
    ['what means something in a subject', 'a.b.*.> duet.nodes'],
    ['line breaks and quotes', '"c"\r\n\t\\'],
    ['the name of a topic', 'user:presence:'],
    ['SQL', `it's; drop table users --`],
  ])('events about people whose id is %s arrive whole', async (_, id) => {
    for (const { topic, event } of about(`${id.slice(1)}x`, id)) {
      expect(await hearing([topic], () => near.events.publish([event]))).toEqual([event]);
    }
  });

  test('an event about two people who are both followed is heard once', async () => {
    const event = message('a', 'b', 1);
    expect(await hearing(['user:a', 'user:b'], () => near.events.publish([event]))).toEqual([event]);
  });

  test('1,000 messages at once arrive in order, and are read some hundred at a time', async () => {
    const messages = Array.from({ length: 1000 }, (_, i) => message('a', 'b', i + 1));
    let open = () => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const node = await mesh.join(async (ranges) => {
      await gate;
      return ranges.flatMap(({ after }) => messages[after] ?? []);
    });
    await node.events.follow('user:b').active;
    const heard = await hearing(['user:b'], () => {
      for (const event of messages) near.events.publish([event]);
    });
    expect(heard).toEqual(messages);
    // While its first read is under way the others come; what is followed after them comes after them.
    await node.events.follow(`user:${randomUUID()}`).active;
    open();
    await expect.poll(() => eventsHeard(node), { timeout: PATIENCE_MS }).toHaveLength(1000);
    expect(eventsHeard(node)).toEqual(messages);
    expect(node.reads.reduce((sum, count) => sum + count, 0)).toBe(1000);
    expect(node.reads.length).toBeLessThan(50);
    await node.events.close();
  });

  test('a read that fails is tried again; when it goes on failing, the node knows that it missed something', async () => {
    let failures = 1;
    const node = await mesh.join(async () => {
      failures -= 1;
      if (failures >= 0) throw new Error('the database is away');
      return [message('a', 'b', 1)];
    });
    await node.events.follow('user:b').active;
    near.events.publish([message('a', 'b', 1)]);
    await expect.poll(() => eventsHeard(node), { timeout: PATIENCE_MS }).toMatchObject([{ type: 'message' }]);
    expect(missed(node)).toBe(0);
    failures = 3;
    near.events.publish([message('a', 'b', 1), typing('b')]);
    await expect
      .poll(() => eventsHeard(node), { timeout: PATIENCE_MS })
      .toMatchObject([{}, { type: 'typing' }]);
    expect(missed(node)).toBe(1);
    await node.events.close();
  });

  test('a node that closes is gone at once for the others', async () => {
    const node = await mesh.join();
    await node.events.close();
    await expect.poll(() => gone(near), { timeout: PATIENCE_MS }).toContain(node.events.node);
    await expect.poll(() => gone(far), { timeout: PATIENCE_MS }).toContain(node.events.node);
  });

  test('a node that could not say what it had to say tells the others, which stayed connected', async () => {
    const node = await joinAndSpeak();
    const [atNear, atFar] = [missed(near), missed(far)];
    node.way.cut();
    node.events.publish([typing('b')]);
    node.way.mend();
    await expect.poll(() => missed(near), { timeout: PATIENCE_MS }).toBe(atNear + 1);
    await expect.poll(() => missed(far), { timeout: PATIENCE_MS }).toBe(atFar + 1);
    // It was away itself.
    await expect.poll(() => missed(node), { timeout: PATIENCE_MS }).toBeGreaterThan(0);
    await node.events.close();
  });

  test('whoever begins to follow while the bus is away is not kept waiting, and hears once it is back', async () => {
    const node = await mesh.join();
    node.way.cut();
    const topic = `user:${randomUUID()}` as const;
    await node.events.follow(topic).active;
    node.way.mend();
    await expect.poll(() => missed(node), { timeout: PATIENCE_MS }).toBeGreaterThan(0);
    near.events.publish([typing(topic.slice('user:'.length))]);
    await expect.poll(() => eventsHeard(node), { timeout: PATIENCE_MS }).toHaveLength(1);
    await node.events.close();
  });

  test('a node that is not heard of for ten seconds is gone; one whose connections hang makes them anew, and is back', async () => {
    const node = await joinAndSpeak();
    const topic = `user:${randomUUID()}` as const;
    await node.events.follow(topic).active;
    const before = missed(near);
    node.way.freeze();
    await expect.poll(() => gone(near), { timeout: PATIENCE_MS }).toContain(node.events.node);
    node.way.mend();
    // What it said meanwhile was missed here, and what was said here was missed there.
    await expect.poll(() => missed(near), { timeout: PATIENCE_MS }).toBeGreaterThan(before);
    await expect.poll(() => missed(node), { timeout: PATIENCE_MS }).toBeGreaterThan(0);
    near.events.publish([typing(topic.slice('user:'.length))]);
    await expect.poll(() => eventsHeard(node), { timeout: PATIENCE_MS }).toHaveLength(1);
    await node.events.close();
  });
});
