import { PATIENCE_MS } from '@duet/testing/wait';
import { afterEach, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { ChatLoad } from '../src/load/chat.ts';
import { listen } from './server.ts';

// The checks of what comes, against relays that do what no server should.

let close = () => {};
afterEach(() => close());

const user = (id: string, port: number) => ({ id, token: 'token', port });

/** One conversation on a relay whose delivery is given. @returns what one in flight each came to */
async function sendThrough(
  deliver: (frame: string, sockets: WebSocket[], count: number) => void,
  inFlight = 1,
  /** How long nothing may come before the rest is given up; where all comes nobody waits. */
  patienceMs = PATIENCE_MS,
) {
  const sockets: WebSocket[] = [];
  let count = 0;
  const server = await listen((socket) => {
    sockets.push(socket);
    socket.on('message', (data) => {
      count += 1;
      deliver(JSON.stringify({ type: 'chat_message', ...JSON.parse(data.toString()) }), sockets, count);
    });
  });
  const load = new ChatLoad();
  close = () => {
    load.close();
    server.close();
  };
  const users: [ReturnType<typeof user>, ReturnType<typeof user>] = [
    user('a', server.port),
    user('b', server.port),
  ];
  await load.connect('relay', [{ conversationId: 'c', users }]);
  load.start({ kind: 'closed', inFlight, senders: 'both' });
  await expect.poll(() => count, { timeout: PATIENCE_MS }).toBeGreaterThan(20);
  const missing = await load.drain(patienceMs);
  return { ...load.tally, missing };
}

const toAll = (frame: string, sockets: WebSocket[]) => {
  for (const socket of sockets) socket.send(frame);
};

test('a relay that does its work has no faults, and every message is complete', async () => {
  const { sent, acknowledged, ...rest } = await sendThrough(toAll, 4);
  expect(acknowledged).toBe(sent);
  expect(rest).toMatchObject({ missing: 0, doubled: 0, disordered: 0, holes: 0, faults: 0 });
});

test('a message that comes twice is counted', async () => {
  const { doubled } = await sendThrough((frame, sockets, count) => {
    toAll(frame, sockets);
    if (count === 10) toAll(frame, sockets);
  });
  expect(doubled).toBe(2);
});

test('a message that one side never gets is missing, and is not acknowledged', async () => {
  const deliver = (frame: string, sockets: WebSocket[], count: number) => {
    if (count === 10) sockets[0]?.send(frame);
    else toAll(frame, sockets);
  };
  const { missing, sent, acknowledged } = await sendThrough(deliver, 2, 2000);
  expect(missing).toBe(1);
  expect(acknowledged).toBe(sent - 1);
});

test('a message that overtakes another of its sender is out of order', async () => {
  let held: string | undefined;
  const { disordered, missing } = await sendThrough((frame, sockets) => {
    const [, side, number] = /@([AB])(\d+)/.exec(frame) ?? [];
    if (side === 'A' && number === '000000004') held = frame;
    else toAll(frame, sockets);
    if (side === 'A' && number === '000000005' && held) toAll(held, sockets);
  }, 4);
  expect(missing).toBe(0);
  expect(disordered).toBe(2);
});

test('a frame that nobody expects is a fault, and is shown', async () => {
  const { faults, samples } = await sendThrough((frame, sockets, count) => {
    if (count === 10) sockets[0]?.send('{"type":"error","code":"internal"}');
    toAll(frame, sockets);
  });
  expect(faults).toBe(1);
  expect(samples).toEqual(['{"type":"error","code":"internal"}']);
});
