import { randomUUID } from 'node:crypto';
import { expect, onTestFailed, onTestFinished, test } from 'vitest';
import { createDuet, createRest, type Duet, type Message } from '../../src/index.ts';
import { browser } from '../harness/browser.ts';
import { shiftClock } from '../harness/clock.ts';
import { Device } from '../harness/device.ts';
import { FaultProxy } from '../harness/fault-proxy.ts';
import { startMortalServer } from '../harness/mortal-server.ts';
import { mint } from '../harness/people.ts';
import { Random } from '../harness/random.ts';
import { trouble } from '../harness/trouble.ts';
import { until } from '../harness/until.ts';

// Two people with two devices each, while connections are cut, stall and lose answers, the server is restarted and killed, tokens expire
// and the clock jumps. SEED=… takes other chances (and says what happened), MESSAGES=… makes it longer.

const SEED = Number(process.env['SEED'] ?? 1);
const MESSAGES = Number(process.env['MESSAGES'] ?? 1000);

test('nothing is lost, nothing comes twice, and everybody sees the same order', async () => {
  onTestFailed(() => console.error(`SEED=${SEED} MESSAGES=${MESSAGES} takes the same chances`));
  const random = new Random(SEED);
  const { window } = browser();
  const server = await startMortalServer({ HEARTBEAT_SECONDS: '1', SHUTDOWN_DELAY_SECONDS: '0' });
  onTestFinished(() => server.destroy());
  const url = `http://127.0.0.1:${server.port}`;
  const [ada, ben] = [randomUUID(), randomUUID()];
  const rest = createRest({ url, getToken: () => mint(ada) });
  await createRest({ url, getToken: () => mint(ben) }).users.me();
  const { id } = await rest.conversations.open({ target_user_id: ben });

  const proxy = await FaultProxy.listen(server.port);
  onTestFinished(() => proxy.close());
  const device = (name: string, userId: string) => {
    const made = new Device(name, userId, proxy.url, id, random.fork());
    onTestFinished(() => made.close());
    return made;
  };
  const adas = [device('ada-1', ada), device('ada-2', ada)] as const;
  const bens = [device('ben-1', ben), device('ben-2', ben)] as const;
  const devices = [...adas, ...bens];
  await Promise.all(devices.map(({ thread }) => until(thread, ({ isSynced }) => isSynced)));

  onTestFinished(() => shiftClock(0));
  const began = performance.now();
  await trouble({ devices, proxy, server, window }, MESSAGES / devices.length, random);
  const ended = performance.now();
  await Promise.all(devices.map((each) => each.settled(MESSAGES)));
  const settled = performance.now();

  for (const { thread } of devices) thread.markRead();
  const isRead = ({ messages }: { messages: readonly Message[] }) => messages.every(({ read }) => read);
  await Promise.all(devices.map(({ thread }) => until(thread, isRead)));
  expect(devices.flatMap(({ witness }) => [...witness.faults])).toEqual([]);

  const history = await all(rest.messages.each({ conversation_id: id, order: 'asc' }));
  expect(history.map(({ seq }) => seq)).toEqual(Array.from({ length: MESSAGES }, (_, index) => index + 1));
  expect(new Set(history.map(({ message_id }) => message_id)).size).toBe(MESSAGES);
  for (const { name, sent } of devices) {
    const theirs = history.filter(({ content }) => content.startsWith(`${name} `));
    expect(theirs.map(({ content }) => content).sort()).toEqual([...sent].sort());
  }

  const fresh = createDuet({ url, getToken: () => mint(ada) });
  onTestFinished(() => fresh.live.close());
  fresh.live.connect();
  const thread = fresh.live.conversation(id);
  await until(thread, ({ isSynced }) => isSynced);
  while (thread.get().hasOlder) await thread.loadOlder();
  for (const shown of [thread, ...devices.map((each) => each.thread)]) {
    expect(shown.get().messages).toEqual(history);
  }
  const [first, second] = bens.map(({ duet }) => stateOf(duet));
  for (const { duet } of adas) expect(stateOf(duet)).toEqual(stateOf(fresh));
  expect(first).toEqual(second);
  expect(await rest.conversations.get({ conversation_id: id })).toMatchObject({
    last_seq: MESSAGES,
    read_seq: MESSAGES,
    peer_read_seq: MESSAGES,
    unread_count: 0,
  });

  if (process.env['SEED'] === undefined) return;
  const seconds = { trouble: (ended - began) / 1000, settling: (settled - ended) / 1000 };
  console.log(JSON.stringify({ SEED, MESSAGES, seconds, proxy: proxy.counts }));
  for (const each of devices) console.log(JSON.stringify(each.figures));
});

function stateOf({ live }: Duet): unknown {
  const { items, unread } = live.conversations.get();
  return { unread, items: items.map((item) => ({ ...item, presence: undefined, isTyping: false })) };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
